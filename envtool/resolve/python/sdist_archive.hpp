#pragma once
// What a source distribution (PEP 625) says without being run.
#include <filesystem>
#include <string>
#include <string_view>

#include "envtool/resolve/python/pyproject.hpp"
#include "envtool/support/result.hpp"

namespace envtool::resolve::python {

/// PKG-INFO, when it may be believed (PEP 643: metadata 2.2 or newer, nothing that we read is dynamic).
/// In:     the archive's name and bytes.
/// Errors: unsupported — the metadata has to be built; bad_input — no source distribution, damaged.
Result<std::string> static_metadata(const std::string& file_name, std::string_view bytes);

/// Unpack into `folder` (made), without the single top folder that every source distribution has.
/// Errors: bad_input, hostile_archive, io.
Result<void> unpack_sdist(const std::string& file_name, std::string_view bytes,
                          const std::filesystem::path& folder);

/// Unpack a wheel's files so that PYTHONPATH finds them: a build's requirements, never an image's.
Result<void> unpack_for_import(const std::filesystem::path& wheel, const std::filesystem::path& folder);

}  // namespace envtool::resolve::python
