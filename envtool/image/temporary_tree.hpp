#pragma once
#include <filesystem>

#include "envtool/store/store.hpp"
#include "envtool/support/files.hpp"

namespace envtool::image {

/// A temporary folder of the store that is removed when its maker gives up.
class TemporaryTree {
 public:
  /// `<path>/root` is made, with mode 0755. Errors: io.
  static Result<TemporaryTree> create(const store::Store& store);
  TemporaryTree(TemporaryTree&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryTree& operator=(TemporaryTree&&) = delete;
  ~TemporaryTree() {
    if (!path_.empty()) (void)remove_tree(path_);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path root() const { return path_ / "root"; }

 private:
  explicit TemporaryTree(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace envtool::image
