#pragma once
// Blobs of an OCI image layout (image-layout.md), be it a folder or a tar of one.
#include <filesystem>
#include <memory>

#include "envtool/formats/archive/byte_stream.hpp"
#include "envtool/support/digest.hpp"

namespace envtool::image {

/// The bytes of a blob, not checked. Errors: not_found — the layout has not this blob; bad_input — the tar is
/// damaged; io.
Result<std::unique_ptr<archive::ByteStream>> open_layout_blob(const std::filesystem::path& layout,
                                                              const Digest& digest);

}  // namespace envtool::image
