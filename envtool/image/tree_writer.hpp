#pragma once
// Writes files into a fresh tree: modes and times do not depend on who writes, when, or under which umask.
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "envtool/support/digest.hpp"
#include "envtool/support/result.hpp"
#include "envtool/support/unique_fd.hpp"

namespace envtool::image {

/// 1980-01-01 00:00:00 UTC, the oldest time a zip can hold: what we make has it, but for the files of wheels.
inline constexpr std::int64_t kFixedTime = 315532800;

/// The time of a wheel's files: between 1980 and 1997, by its digest. Python takes byte code for current when
/// time and size of the source are those it was made of (PEP 3147), so files of two releases must not agree
/// in both; then a project's byte code can outlive a change of its packages.
std::int64_t file_time(const Digest& wheel);

class TreeWriter {
 public:
  /// `root` is made and must not exist. Errors: io.
  static Result<TreeWriter> create(const std::filesystem::path& root, std::int64_t file_time = kFixedTime);

  /// Paths are clean and relative to the root; parents are made, with mode 0755.
  Result<void> add_directory(std::string_view path);
  /// Open a new file; `close_file` must follow before the next.
  Result<void> open_file(std::string_view path, bool executable);
  Result<void> write(std::string_view bytes);
  Result<void> close_file();
  Result<void> add_file(std::string_view path, std::string_view bytes, bool executable);
  Result<void> add_symlink(std::string_view path, const std::string& target);
  /// Sets the times of the folders. Call last.
  Result<void> finish();
  /// Folders made so far, in order of making (parents first), without the root.
  [[nodiscard]] const std::vector<std::string>& directories() const { return directories_; }

 private:
  TreeWriter(UniqueFd root, std::string name, std::int64_t time)
      : root_(std::move(root)), name_(std::move(name)), file_time_(time) {}
  UniqueFd root_;
  UniqueFd file_;
  std::string name_;  ///< of the root, for errors
  std::int64_t file_time_;
  std::string open_path_;  ///< of the open file
  std::string folder_;     ///< the last file's, known to exist
  std::vector<std::string> directories_;
};

}  // namespace envtool::image
