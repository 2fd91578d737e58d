#include "envtool/formats/archive/path_guard.hpp"

#include "envtool/support/text.hpp"

namespace envtool::archive {
namespace {

/// Printable form for errors: control characters would let a name write to the terminal.
std::string quoted(std::string_view path) {
  std::string text = "'";
  for (const char c : path.substr(0, 200))
    text += (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) ? '?' : c;
  return text + (path.size() > 200 ? "…'" : "'");
}

Failure refused(std::string_view object, std::string_view path, std::string_view why) {
  return fail(Code::hostile_archive,
              std::string(object) + " has a member named " + quoted(path) + ", which " + std::string(why),
              "do not use this archive: ordinary tools do not make such names");
}

}  // namespace

Result<std::string> clean_path(std::string_view path, LeadingSlash leading_slash, std::string_view object) {
  if (path.find('\0') != std::string_view::npos) return refused(object, path, "holds a NUL character");
  if (path.starts_with('/') && leading_slash == LeadingSlash::refuse)
    return refused(object, path, "is an absolute path");
  if (path.find('\\') != std::string_view::npos && leading_slash == LeadingSlash::refuse)
    return refused(object, path, "holds a backslash");
  std::string clean;
  clean.reserve(path.size());
  for (const std::string_view part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") return refused(object, path, "leaves the folder it is unpacked to");
    if (part.size() > kMaxName) return refused(object, path, "has a part longer than 255 bytes");
    if (!clean.empty()) clean += '/';
    clean += part;
  }
  if (clean.size() > kMaxPath) return refused(object, path, "is longer than 4095 bytes");
  return clean;
}

bool link_stays_inside(std::string_view path, std::string_view target) {
  if (target.find('\0') != std::string_view::npos || target.size() > kMaxPath) return false;
  long depth = 0;
  if (!target.starts_with('/')) {
    for (const char c : path) depth += c == '/' ? 1 : 0;
  }
  for (const std::string_view part : split(target, '/')) {
    if (part.empty() || part == ".") continue;
    depth += part == ".." ? -1 : 1;
    if (depth < 0) return false;
  }
  return true;
}

Result<void> NameCollisions::add(std::string_view path, Kind kind) {
  const auto [at, is_new] = seen_.try_emplace(to_lower(path), Seen{std::string(path), kind});
  if (is_new) return {};
  const Seen& before = at->second;
  if (before.spelling != path)
    return fail(Code::hostile_archive, object_ + " has members " + quoted(before.spelling) + " and " +
                                           quoted(path) + ", whose names differ in case only");
  if (before.kind == Kind::file && kind == Kind::file)
    return fail(Code::hostile_archive, object_ + " has two members named " + quoted(path));
  if (before.kind != kind)
    return fail(Code::hostile_archive, object_ + " uses " + quoted(path) + " both as a file and as a folder");
  return {};
}

Result<void> NameCollisions::add_file(std::string_view path) {
  for (std::size_t slash = path.rfind('/'); slash != std::string_view::npos && slash > 0;
       slash = path.rfind('/', slash - 1)) {
    const std::string_view folder = path.substr(0, slash);
    const auto known = seen_.find(to_lower(folder));
    // A folder that is known has known parents.
    if (known != seen_.end() && known->second.kind == Kind::folder && known->second.spelling == folder) break;
    ENVTOOL_CHECK(add(folder, Kind::folder));
  }
  return add(path, Kind::file);
}

}  // namespace envtool::archive
