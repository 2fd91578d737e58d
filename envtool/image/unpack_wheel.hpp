#pragma once
// A wheel file → an unpacked tree and the digest of its layer, in one pass over the bytes.
#include <filesystem>
#include <stop_token>

#include "envtool/image/image.hpp"

namespace envtool::image {

/// In:     `file`, the wheel, its sha256 checked already; `root`, a folder to make.
/// Out:    entries, diff_id and tar_size of the tree as one layer: the tar is hashed while the files are
///         written and exists nowhere.
/// Errors: bad_input, hostile_archive (see plan_install; also a member whose bytes are not those of RECORD),
///         io, cancelled. What was written stays for the caller to remove.
Result<store::TreeRecord> unpack_wheel(const std::filesystem::path& file, const WheelTree& what,
                                       const InstallScheme& scheme, const std::filesystem::path& root,
                                       const std::stop_token& stop = {});

}  // namespace envtool::image
