#include "envtool/image/dpkg_database.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

#include "envtool/support/files.hpp"
#include "envtool/support/text.hpp"

namespace envtool::image {
namespace fs = std::filesystem;
namespace {

constexpr const char* kAdmin = "var/lib/dpkg";

std::string field(std::string_view paragraph, std::string_view name) {
  for (const std::string_view line : split(paragraph, '\n'))
    if (line.size() > name.size() && line.starts_with(name) && line[name.size()] == ':')
      return std::string(trim(line.substr(name.size() + 1)));
  return {};
}

// deb-control's paragraph becomes a status paragraph: Status after Package, Conffiles at the end.
std::string status_paragraph(const UnpackedDeb& deb) {
  std::string out;
  for (const std::string_view line : split(deb.control, '\n')) {
    if (trim(line).empty()) continue;
    out.append(line).append("\n");
    if (line.starts_with("Package:")) out.append("Status: install ok unpacked\n");
  }
  if (!deb.conffiles.empty()) {
    out.append("Conffiles:\n");
    for (const auto& [path, md5] : deb.conffiles) out.append(" " + path + " " + md5 + "\n");
  }
  return out;
}

std::vector<std::string_view> paragraphs_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\n\n"), text.size());
    if (!trim(text.substr(0, end)).empty()) out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return out;
}

// The newest version of a file among the lowers, or nothing.
std::string read_lower(std::span<const fs::path> lowers, const fs::path& path) {
  for (auto lower = lowers.rbegin(); lower != lowers.rend(); ++lower)
    if (auto text = read_file(*lower / path)) return std::move(*text);
  return {};
}

Result<void> put(const fs::path& path, std::string_view bytes, mode_t mode = 0644) {
  ENVTOOL_CHECK(write_atomic(path, bytes, mode, false));
  if (::chmod(path.c_str(), mode) != 0) return fail_errno("set mode of", path.native());
  return {};
}

// With parents, and modes that the caller's umask has no say in.
Result<void> make_folder(const fs::path& root, const fs::path& relative) {
  if (relative.has_parent_path()) ENVTOOL_CHECK(make_folder(root, relative.parent_path()));
  const fs::path path = root / relative;
  if (::mkdir(path.c_str(), 0755) != 0)
    return errno == EEXIST ? Result<void>() : Result<void>(fail_errno("create folder", path.native()));
  if (::chmod(path.c_str(), 0755) != 0) return fail_errno("set mode of", path.native());
  return {};
}

Result<void> put_info(const fs::path& info, const UnpackedDeb& deb) {
  const std::string name = deb.info_name();
  std::string list;
  for (const std::string& path : deb.list) list.append(path).append("\n");
  ENVTOOL_CHECK(put(info / (name + ".list"), list));
  for (const UnpackedDeb::Member& member : deb.members)
    ENVTOOL_CHECK(put(info / (name + "." + member.name), member.bytes, member.executable ? 0755 : 0644));
  return {};
}

// "interest-noawait /usr/share/x": the trigger and whether dpkg waits for it.
struct Interest {
  std::string trigger;
  bool await = true;
};
std::vector<Interest> interests_of(const UnpackedDeb& deb) {
  std::vector<Interest> out;
  const std::string* text = deb.member("triggers");
  if (text == nullptr) return out;
  for (std::string_view line : split(*text, '\n')) {
    line = trim(line.substr(0, line.find('#')));
    const std::size_t space = line.find_first_of(" \t");
    if (space == std::string_view::npos) continue;
    const std::string_view directive = line.substr(0, space);
    if (directive == "interest" || directive == "interest-await" || directive == "interest-noawait")
      out.push_back({std::string(trim(line.substr(space))), directive != "interest-noawait"});
  }
  return out;
}

std::string merged_lines(std::string_view before, const std::vector<std::string>& lines) {
  std::set<std::string> all(lines.begin(), lines.end());
  for (const std::string_view line : split(before, '\n'))
    if (!line.empty()) all.emplace(line);
  std::string out;
  for (const std::string& line : all) out.append(line).append("\n");
  return out;
}

Result<void> put_triggers(const fs::path& root, std::span<const fs::path> lowers,
                          std::span<const UnpackedDeb> debs) {
  const fs::path folder = fs::path(kAdmin) / "triggers";
  const TriggerInterests interests = trigger_interests(debs);
  const std::string before = read_lower(lowers, folder / "File");
  ENVTOOL_CHECK(put(root / folder / "File", merged_lines(before, interests.file_lines)));
  std::map<std::string, std::vector<std::string>> by_trigger;
  for (const auto& [trigger, line] : interests.explicit_lines) by_trigger[trigger].push_back(line);
  for (const auto& [trigger, lines] : by_trigger)
    ENVTOOL_CHECK(put(root / folder / trigger, merged_lines(read_lower(lowers, folder / trigger), lines)));
  return put(root / folder / "Unincorp", merged_lines({}, activated_triggers(before, debs)));
}

}  // namespace

std::string render_status(std::string_view before, std::span<const UnpackedDeb> debs) {
  std::map<std::pair<std::string, std::string>, std::string> packages;
  for (const std::string_view paragraph : paragraphs_of(before))
    packages[{field(paragraph, "Package"), field(paragraph, "Architecture")}] = std::string(paragraph) + "\n";
  for (const UnpackedDeb& deb : debs)
    if (!deb.by_dpkg) packages[{deb.name, deb.architecture}] = status_paragraph(deb);
  std::string out;
  for (const auto& [key, paragraph] : packages) out.append(paragraph).append("\n");
  return out;
}

TriggerInterests trigger_interests(std::span<const UnpackedDeb> debs) {
  TriggerInterests out;
  for (const UnpackedDeb& deb : debs) {
    if (deb.by_dpkg) continue;
    const std::string package = deb.info_name();
    for (const Interest& interest : interests_of(deb)) {
      const std::string who = package + (interest.await ? "" : "/noawait");
      if (interest.trigger.starts_with('/')) {
        out.file_lines.push_back(interest.trigger + " " + who);
      } else if (interest.trigger.find('/') == std::string::npos) {
        out.explicit_lines.emplace_back(interest.trigger, who);
      }
    }
  }
  return out;
}

std::vector<std::string> activated_triggers(std::string_view file_lines, std::span<const UnpackedDeb> debs) {
  std::set<std::string> out;
  for (const std::string_view line : split(file_lines, '\n')) {
    const std::string trigger(line.substr(0, line.find(' ')));
    if (!trigger.starts_with('/')) continue;
    const auto below = [&](const std::string& path) {
      return path.starts_with(trigger) && (path.size() == trigger.size() || path[trigger.size()] == '/');
    };
    for (const UnpackedDeb& deb : debs)
      if (std::any_of(deb.list.begin(), deb.list.end(), below)) out.insert(trigger + " -");
  }
  return {out.begin(), out.end()};
}

Result<void> write_dpkg_database(const fs::path& root, std::span<const fs::path> lowers,
                                 std::span<const UnpackedDeb> debs) {
  const fs::path admin = root / kAdmin;
  for (const char* name : {"info", "alternatives", "parts", "triggers", "updates"})
    ENVTOOL_CHECK(make_folder(root, fs::path(kAdmin) / name));
  ENVTOOL_CHECK(put(admin / "status", render_status(read_lower(lowers, fs::path(kAdmin) / "status"), debs)));
  for (const UnpackedDeb& deb : debs)
    if (!deb.by_dpkg) ENVTOOL_CHECK(put_info(admin / "info", deb));
  ENVTOOL_CHECK(put_triggers(root, lowers, debs));
  if (!lowers.empty()) return {};
  ENVTOOL_CHECK(put(admin / "info/format", "1\n"));
  for (const char* name : {"available", "diversions", "statoverride"}) ENVTOOL_CHECK(put(admin / name, ""));
  return {};
}

}  // namespace envtool::image
