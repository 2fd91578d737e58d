#include "envtool/resolve/python/sdist_archive.hpp"

#include <functional>
#include <optional>

#include "envtool/formats/archive/decompress.hpp"
#include "envtool/formats/archive/path_guard.hpp"
#include "envtool/formats/archive/tar.hpp"
#include "envtool/formats/archive/zip.hpp"
#include "envtool/support/files.hpp"

namespace envtool::resolve::python {
namespace {

constexpr ByteCount kMemberLimit = 256_MiB;
constexpr ByteCount kTotalLimit{2ULL << 30};

/// Called for each regular file; false stops.
using Visit = std::function<Result<bool>(const std::string& path, bool executable,
                                         const std::function<Result<std::string>()>& content)>;

Result<void> visit_tar(const std::string& name, std::string_view bytes, const Visit& visit) {
  archive::MemoryStream raw(bytes);
  ENVTOOL_TRY(auto plain, archive::decompress(raw, name, {.memory = 256_MiB, .output = kTotalLimit}));
  archive::TarReader tar(*plain, name, {.entries = 500'000, .total = kTotalLimit});
  while (true) {
    ENVTOOL_TRY(const auto entry, tar.next());
    if (!entry) return {};
    if (entry->type != archive::TarEntry::Type::file) continue;
    ENVTOOL_TRY(const bool more, visit(entry->path, (entry->mode & 0100) != 0,
                                       [&] { return tar.read_content(kMemberLimit); }));
    if (!more) return {};
  }
}

Result<void> visit_zip(const std::string& name, std::string_view bytes, const Visit& visit) {
  const archive::MemoryAccess access(bytes);
  ENVTOOL_TRY(const auto zip, archive::ZipReader::open(access, name, {.total = kTotalLimit}));
  for (const auto& member : zip.members()) {
    if (member.is_directory()) continue;
    ENVTOOL_TRY(const std::string path,
                archive::clean_path(member.name, archive::LeadingSlash::refuse, name));
    ENVTOOL_TRY(const bool more,
                visit(path, (member.unix_mode & 0100) != 0, [&] { return zip.read(member, kMemberLimit); }));
    if (!more) return {};
  }
  return {};
}

Result<void> visit_files(const std::string& name, std::string_view bytes, const Visit& visit) {
  return name.ends_with(".zip") ? visit_zip(name, bytes, visit) : visit_tar(name, bytes, visit);
}

/// "numpy-1.0/a/b" → "a/b"; empty for what is not below a folder.
std::string below_top(const std::string& path) {
  const auto slash = path.find('/');
  return slash == std::string::npos ? std::string{} : path.substr(slash + 1);
}

Result<void> write_file(const std::filesystem::path& path, std::string_view content, bool executable) {
  ENVTOOL_CHECK(make_directories(path.parent_path()));
  return write_atomic(path, content, executable ? 0755 : 0644, false);
}

}  // namespace

Result<std::string> static_metadata(const std::string& file_name, std::string_view bytes) {
  std::optional<std::string> text;
  ENVTOOL_CHECK(
      visit_files(file_name, bytes, [&](const std::string& path, bool, const auto& content) -> Result<bool> {
        if (below_top(path) != "PKG-INFO") return true;
        ENVTOOL_TRY(text, content());
        return false;
      }));
  const auto metadata = text ? pep::Metadata::parse(*text) : fail(Code::bad_input, "no PKG-INFO");
  if (metadata && metadata->dependencies_are_static()) return std::move(*text);
  return fail(Code::unsupported, file_name + " has to be built before its requirements are known");
}

Result<void> unpack_sdist(const std::string& file_name, std::string_view bytes,
                          const std::filesystem::path& folder) {
  ENVTOOL_CHECK(make_directories(folder));
  return visit_files(file_name, bytes,
                     [&](const std::string& path, bool executable, const auto& content) -> Result<bool> {
                       const std::string inner = below_top(path);
                       if (inner.empty()) return true;
                       ENVTOOL_TRY(const std::string text, content());
                       ENVTOOL_CHECK(write_file(folder / inner, text, executable));
                       return true;
                     });
}

Result<void> unpack_for_import(const std::filesystem::path& wheel, const std::filesystem::path& folder) {
  ENVTOOL_TRY(const std::string bytes, read_file(wheel, kTotalLimit));
  ENVTOOL_CHECK(make_directories(folder));
  return visit_zip(wheel.filename().string(), bytes,
                   [&](const std::string& path, bool executable, const auto& content) -> Result<bool> {
                     std::string place = path;
                     // "<name>.data/purelib/…" belongs where the rest is; other schemes are not imported.
                     if (const auto data = path.find(".data/");
                         data != std::string::npos && path.find('/') == data + 5) {
                       const std::string rest = path.substr(data + 6);
                       place = rest.starts_with("purelib/") || rest.starts_with("platlib/") ? rest.substr(8)
                               : rest.starts_with("scripts/") ? "bin/" + rest.substr(8)
                                                              : "";
                     }
                     if (place.empty()) return true;
                     ENVTOOL_TRY(const std::string text, content());
                     ENVTOOL_CHECK(write_file(folder / place, text, executable || place.starts_with("bin/")));
                     return true;
                   });
}

}  // namespace envtool::resolve::python
