#include "envtool/image/attributes.hpp"

#include <linux/capability.h>
#include <sys/stat.h>

#include <charconv>
#include <cstring>

#include "envtool/support/text.hpp"

namespace envtool::image {
namespace fs = std::filesystem;
namespace {

std::optional<std::uint32_t> last_number(std::string_view& line) {
  const std::size_t space = line.rfind(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::string_view word = line.substr(space + 1);
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  line = line.substr(0, space);
  return value;
}

}  // namespace

void apply_ownership_log(std::string_view log, Attributes& attributes) {
  for (std::string_view line : split(log, '\n')) {
    const auto mode = last_number(line), gid = last_number(line), uid = last_number(line);
    if (!mode || !gid || !uid) continue;
    while (line.starts_with('/')) line.remove_prefix(1);
    auto& entry = attributes[std::string(line)];
    entry.path = line;
    entry.uid = *uid;
    entry.gid = *gid;
  }
}

void inherit_attributes(const fs::path& root, std::span<const store::Tree> below, Attributes& attributes) {
  Attributes inherited;
  for (const store::Tree& tree : below)
    for (const store::EntryAttributes& entry : tree.record.attributes) inherited[entry.path] = entry;
  struct stat status {};
  for (auto& [path, entry] : inherited)
    if (!attributes.contains(path) && ::lstat((root / path).c_str(), &status) == 0)
      attributes.emplace(path, std::move(entry));
}

std::string portable_capability(std::string_view raw) {
  vfs_ns_cap_data data{};
  if (raw.size() != XATTR_CAPS_SZ_2 && raw.size() != XATTR_CAPS_SZ_3) return {};
  std::memcpy(&data, raw.data(), raw.size());
  const std::uint32_t revision = data.magic_etc & VFS_CAP_REVISION_MASK;
  if (revision != VFS_CAP_REVISION_2 && revision != VFS_CAP_REVISION_3) return {};
  data.magic_etc = VFS_CAP_REVISION_2 | (data.magic_etc & VFS_CAP_FLAGS_EFFECTIVE);
  return {reinterpret_cast<const char*>(&data), XATTR_CAPS_SZ_2};
}

}  // namespace envtool::image
