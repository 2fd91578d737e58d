#pragma once
// What is kept between resolves: index pages in their compact form, METADATA by the sha256 of its file.
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "envtool/support/digest.hpp"

namespace envtool::resolve::python {

class Cache {
 public:
  /// An empty folder keeps nothing.
  explicit Cache(std::filesystem::path folder) : folder_(std::move(folder)) {}
  [[nodiscard]] std::optional<std::string> page(std::string_view page_url) const;
  void put_page(std::string_view page_url, std::string_view bytes) const;
  /// METADATA never changes under a hash, so it is never asked for again.
  [[nodiscard]] std::optional<std::string> metadata(const Digest& file) const;
  void put_metadata(const Digest& file, std::string_view bytes) const;

 private:
  [[nodiscard]] std::optional<std::string> read(const std::filesystem::path& path) const;
  /// A cache that cannot be written (full disk, read-only home) is only slower.
  void write(const std::filesystem::path& path, std::string_view bytes) const;
  [[nodiscard]] std::filesystem::path page_path(std::string_view page_url) const;
  [[nodiscard]] std::filesystem::path metadata_path(const Digest& file) const;
  std::filesystem::path folder_;
};

}  // namespace envtool::resolve::python
