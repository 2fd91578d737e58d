#pragma once
// Private to resolve/system: a file read through the page cache, so that asking a few hundred packages of a
// 20 MB index touches a few hundred pages.
#include <filesystem>
#include <string_view>
#include <utility>

#include "envtool/support/result.hpp"

namespace envtool::resolve::system {

class MappedFile {
 public:
  MappedFile() = default;
  /// Errors: not_found, io.
  static Result<MappedFile> open(const std::filesystem::path& path);
  MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  MappedFile& operator=(MappedFile&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~MappedFile();
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

 private:
  std::string_view bytes_;
};

}  // namespace envtool::resolve::system
