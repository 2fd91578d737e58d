#pragma once
// Names in archives are hostile until they went through here.
#include <string>
#include <string_view>
#include <unordered_map>

#include "envtool/support/result.hpp"

namespace envtool::archive {

inline constexpr std::size_t kMaxPath = 4095;  ///< PATH_MAX without its NUL
inline constexpr std::size_t kMaxName = 255;   ///< NAME_MAX

enum class LeadingSlash { refuse, strip };

/// The path as a clean relative one: "./usr//bin/" → "usr/bin", "./" → "" (the root itself).
/// In:     `object` names the archive in errors.
/// Errors: hostile_archive — a ".." part, a NUL, a backslash where `LeadingSlash::refuse` (wheels), an
///         absolute path unless stripped, a part over 255 bytes, over 4095 bytes in all.
Result<std::string> clean_path(std::string_view path, LeadingSlash leading_slash, std::string_view object);

/// Whether a symbolic link at `path` (clean) to `target` stays below the root when it is followed inside it:
/// an absolute target counts from the root.
bool link_stays_inside(std::string_view path, std::string_view target);

/// Finds names of one archive that a case-insensitive file system would merge, and files that are also used
/// as folders. Paths are clean ones.
class NameCollisions {
 public:
  explicit NameCollisions(std::string object) : object_(std::move(object)) {}
  /// Errors: hostile_archive, with both names: the same name twice, names that differ in case only (ASCII),
  /// one that lies below a file.
  Result<void> add_file(std::string_view path);

 private:
  enum class Kind { file, folder };
  struct Seen {
    std::string spelling;
    Kind kind;
  };
  Result<void> add(std::string_view path, Kind kind);
  std::string object_;
  std::unordered_map<std::string, Seen> seen_;
};

}  // namespace envtool::archive
