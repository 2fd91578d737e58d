#pragma once
// Reading and writing files. Every write that another process may read goes through write_atomic.
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "envtool/support/byte_count.hpp"
#include "envtool/support/result.hpp"
#include "envtool/support/unique_fd.hpp"

namespace envtool {

/// The whole file. Errors: not_found (ENOENT), io, bad_input when it is larger than `limit`.
Result<std::string> read_file(const std::filesystem::path& path, ByteCount limit = 1024_MiB);

/// Write to a temporary name in the same folder, fsync when `durable`, then rename: a reader sees the old or
/// the new bytes, never a part. Errors: io (names the path; ENOSPC has a hint); the temporary file is
/// removed.
Result<void> write_atomic(const std::filesystem::path& path, std::string_view bytes, mode_t mode = 0644,
                          bool durable = true);

/// mkdir -p. Errors: io.
Result<void> make_directories(const std::filesystem::path& path, mode_t mode = 0755);

/// rm -rf that does not follow links, makes unreadable folders (overlay's work/work is mode 000) readable
/// first. A path that is not there is no error. Errors: io, with the first path that could not be removed.
Result<void> remove_tree(const std::filesystem::path& path);

/// Write all bytes to a descriptor, through EINTR and short writes. Errors: io.
Result<void> write_all(int fd, std::string_view bytes, std::string_view object);

/// An advisory lock between processes (flock on a file of its own, made if absent). Released on destruction
/// and when the process dies.
class FileLock {
 public:
  enum class Mode { shared, exclusive };
  /// Waits. Errors: io.
  static Result<FileLock> acquire(const std::filesystem::path& path, Mode mode = Mode::exclusive);
  /// Does not wait: an empty lock (`!lock.held()`) when another process has it. Errors: io.
  static Result<FileLock> try_acquire(const std::filesystem::path& path, Mode mode = Mode::exclusive);
  [[nodiscard]] bool held() const { return static_cast<bool>(fd_); }

 private:
  static Result<FileLock> lock(const std::filesystem::path& path, Mode mode, bool wait);
  UniqueFd fd_;
};

}  // namespace envtool
