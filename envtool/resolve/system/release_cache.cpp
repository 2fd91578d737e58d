#include "envtool/resolve/system/release_cache.hpp"

#include <charconv>

#include "envtool/formats/deb/control.hpp"
#include "envtool/support/files.hpp"

namespace envtool::resolve::system {

std::optional<CachedRelease> read_cached(const std::filesystem::path& path,
                                         const std::set<std::string>& signers) {
  const auto bytes = read_file(path, 16_MiB);
  if (!bytes) return std::nullopt;
  const auto end = bytes->find("\n\n");
  if (end == std::string::npos) return std::nullopt;
  const auto head = deb::parse_control(std::string_view(*bytes).substr(0, end));
  if (!head || head->size() != 1) return std::nullopt;
  const auto& fields = head->front();
  CachedRelease cached;
  cached.text = bytes->substr(end + 2);
  const auto digest = Digest::parse(fields.get("In-Release"));
  const auto text_digest = Digest::parse(fields.get("Text"));
  if (!digest || !text_digest || *text_digest != Digest::of(cached.text)) return std::nullopt;
  cached.in_release = *digest;
  cached.etag = fields.get("ETag");
  cached.last_modified = fields.get("Last-Modified");
  cached.signer = fields.get("Signer");
  if (!signers.contains(cached.signer)) return std::nullopt;
  const auto fetched = fields.get("Fetched");
  std::int64_t seconds = 0;
  std::from_chars(fetched.data(), fetched.data() + fetched.size(), seconds);
  cached.fetched = std::chrono::sys_seconds(std::chrono::seconds(seconds));
  return cached;
}

void write_cached(const std::filesystem::path& path, const CachedRelease& cached) {
  const auto line = [](std::string_view name, std::string_view value) {
    const bool one_line = value.find_first_of("\r\n") == std::string_view::npos;
    return value.empty() || !one_line ? std::string{} : std::string(name) + ": " + std::string(value) + "\n";
  };
  const auto head = line("In-Release", cached.in_release.hex()) +
                    line("Text", Digest::of(cached.text).hex()) + line("Signer", cached.signer) +
                    line("ETag", cached.etag) + line("Last-Modified", cached.last_modified) +
                    line("Fetched", std::to_string(cached.fetched.time_since_epoch().count()));
  if (make_directories(path.parent_path())) (void)write_atomic(path, head + "\n" + cached.text, 0644, false);
}

}  // namespace envtool::resolve::system
