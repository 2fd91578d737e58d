#include "envtool/resolve/python/cache.hpp"

#include "envtool/support/files.hpp"

namespace envtool::resolve::python {

std::optional<std::string> Cache::read(const std::filesystem::path& path) const {
  if (folder_.empty()) return std::nullopt;
  auto bytes = read_file(path, 64_MiB);
  if (!bytes) return std::nullopt;
  return std::move(*bytes);
}

void Cache::write(const std::filesystem::path& path, std::string_view bytes) const {
  if (folder_.empty()) return;
  if (auto made = make_directories(path.parent_path()); !made) return;
  // Not durable: what a crash loses is fetched again.
  (void)write_atomic(path, bytes, 0644, false);
}

std::filesystem::path Cache::page_path(std::string_view page_url) const {
  return folder_ / "pages" / Digest::of(page_url).hex();
}
std::filesystem::path Cache::metadata_path(const Digest& file) const {
  const std::string hex = file.hex();
  return folder_ / "metadata" / hex.substr(0, 2) / hex.substr(2);
}

std::optional<std::string> Cache::page(std::string_view page_url) const { return read(page_path(page_url)); }
void Cache::put_page(std::string_view page_url, std::string_view bytes) const {
  write(page_path(page_url), bytes);
}
std::optional<std::string> Cache::metadata(const Digest& file) const { return read(metadata_path(file)); }
void Cache::put_metadata(const Digest& file, std::string_view bytes) const {
  write(metadata_path(file), bytes);
}

}  // namespace envtool::resolve::python
