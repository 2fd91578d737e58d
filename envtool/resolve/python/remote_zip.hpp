#pragma once
// METADATA out of a wheel that stays on the server: the tail with the zip directory, then the member.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "envtool/support/result.hpp"

namespace envtool::resolve::python {

/// Pure: says which bytes it needs next, takes them, and in the end has METADATA.
class RemoteMetadata {
 public:
  /// In: the file's name (for the name of its dist-info folder) and size.
  RemoteMetadata(std::string file_name, std::uint64_t size);

  /// First and last byte to ask for.
  [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> wanted() const { return {first_, last_}; }
  /// Take the bytes of `wanted()`. Out: METADATA, or nothing when more is wanted.
  /// Errors: bad_input (no zip, no METADATA, damaged), hostile_archive (over 16 MiB, unbounded ratio).
  Result<std::optional<std::string>> take(std::string bytes);
  /// The same for a whole file in memory.
  static Result<std::string> of_whole(std::string_view file_name, std::string_view bytes);

 private:
  struct Member {
    std::uint64_t offset = 0, compressed = 0, size = 0;
    std::uint32_t crc32 = 0;
    std::uint16_t method = 0;
  };
  Result<std::optional<std::string>> advance();
  Result<void> find_directory();
  Result<void> find_member();
  Result<std::optional<std::string>> read_member();
  /// Bytes [offset, offset + size) if they are here; else they become wanted.
  std::optional<std::string_view> need(std::uint64_t offset, std::uint64_t size);

  std::string name_;
  std::uint64_t size_;
  std::uint64_t first_ = 0, last_ = 0;
  std::vector<std::pair<std::uint64_t, std::string>> pieces_;
  std::optional<std::pair<std::uint64_t, std::uint64_t>> directory_;  ///< offset, size
  std::uint64_t members_ = 0;
  std::optional<Member> member_;
  int rounds_ = 0;
};

}  // namespace envtool::resolve::python
