#pragma once
// Private: the file "<to>.part" that a download grows, with the hash of what it holds. Used by the disk
// thread only, but for `failed`.
#include <atomic>
#include <filesystem>
#include <optional>
#include <string_view>

#include "envtool/support/digest.hpp"
#include "envtool/support/files.hpp"

namespace envtool::net {

class PartFile {
 public:
  explicit PartFile(std::filesystem::path to);

  /// Open (made if absent) and lock against other processes. Out: false while another one has it.
  Result<bool> open();
  /// Hash the next stretch of what an earlier process left. Out: true when all of it is hashed.
  Result<bool> hash_existing();
  /// Forget all bytes.
  void restart();
  void append(std::string_view bytes);
  /// Errors: the first failure of restart or append; digest_mismatch.
  Result<void> verify(const Digest& pinned, std::optional<ByteCount> size, std::string_view source);
  /// Rename into place and let go. Errors: io.
  Result<void> publish();
  void remove();
  /// Let go; an empty file is removed.
  void close();
  /// Is there a file with this digest at the target already?
  [[nodiscard]] bool target_has(const Digest& pinned) const;
  [[nodiscard]] bool held() const { return static_cast<bool>(fd_); }

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] const std::filesystem::path& target() const { return to_; }
  /// From any thread: a write failed, more bytes are useless.
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::optional<Error> failure() const { return failure_; }

 private:
  void give_up(Error error);

  std::filesystem::path to_, path_;
  UniqueFd fd_;
  Sha256 hash_;
  std::uint64_t size_ = 0;  ///< bytes hashed so far, all of them in the file
  std::optional<Error> failure_;
  std::atomic<bool> failed_ = false;
};

}  // namespace envtool::net
