#pragma once
// dpkg's database as `dpkg --unpack` would have left it, so that one `dpkg --configure -a` ends the job.
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "envtool/image/deb_unpack.hpp"
#include "envtool/support/result.hpp"

namespace envtool::image {

/// The status file: the paragraphs of `before` (a lower's status file, may be empty), then one "install ok
/// unpacked" for each of `debs`, sorted by name and architecture. A package of `before` with the same name
/// and architecture gives way. Pure.
std::string render_status(std::string_view before, std::span<const UnpackedDeb> debs);

/// Trigger interests that packages declare (deb-triggers(5)).
struct TriggerInterests {
  std::vector<std::string> file_lines;  ///< for triggers/File: "<path> <package>[/noawait]"
  std::vector<std::pair<std::string, std::string>> explicit_lines;  ///< file of triggers/, line
};
TriggerInterests trigger_interests(std::span<const UnpackedDeb> debs);

/// For triggers/Unincorp: which file triggers of installed packages (`file_lines` of a lower's triggers/File)
/// the new files set off. Sorted.
std::vector<std::string> activated_triggers(std::string_view file_lines, std::span<const UnpackedDeb> debs);

/// Write the database into `root`, which lies over `lowers` (bottom first; empty for a base).
/// Errors: io.
/// Source: dpkg's doc/spec/triggers.txt; deb-md5sums(5); info/format 1.
Result<void> write_dpkg_database(const std::filesystem::path& root,
                                 std::span<const std::filesystem::path> lowers,
                                 std::span<const UnpackedDeb> debs);

}  // namespace envtool::image
