#include "envtool/resolve/base_image/layer_scan.hpp"

#include <algorithm>

#include "envtool/formats/archive/decompress.hpp"
#include "envtool/formats/archive/tar.hpp"
#include "envtool/formats/deb/control.hpp"
#include "envtool/formats/deb/version.hpp"
#include "envtool/resolve/base_image/layout_reader.hpp"
#include "envtool/support/text.hpp"

namespace envtool::resolve::base_image {
namespace {

using Type = archive::TarEntry::Type;

constexpr std::string_view kDpkg = "var/lib/dpkg/status";
constexpr std::string_view kApk = "lib/apk/db/installed";
constexpr ByteCount kTextLimit = 64_MiB;

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}
std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }
std::string_view folder_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

bool is_python(std::string_view path) {
  const auto name = file_name(path);
  return file_name(folder_of(path)) == "bin" && name.starts_with("python3.") && is_digits(name.substr(8));
}
bool is_glibc(std::string_view path) {
  const auto name = file_name(path);
  return name == "libc.so.6" || (name.starts_with("libc-2.") && name.ends_with(".so"));
}
bool is_text(std::string_view path) {
  return path == kDpkg || path == kApk ||
         (file_name(path) == "patchlevel.h" && path.find("include/python3.") != std::string_view::npos);
}

/// "3.11.2" of `#define PY_VERSION "3.11.2"`.
std::string patchlevel(std::string_view header) {
  constexpr std::string_view kDefine = "#define PY_VERSION";
  const auto at = header.find(kDefine);
  if (at == std::string_view::npos) return {};
  const auto open = header.find('"', at);
  const auto close = open == std::string_view::npos ? open : header.find('"', open + 1);
  return close == std::string_view::npos ? std::string{}
                                         : std::string(header.substr(open + 1, close - open - 1));
}

std::string dpkg_version(std::string_view status, std::string_view package) {
  const auto paragraphs = deb::parse_control(status);
  if (!paragraphs) return {};
  for (const auto& one : *paragraphs) {
    if (one.get("Package") == package) return std::string(deb::upstream_version(one.get("Version")));
  }
  return {};
}

/// apk's database: paragraphs of "P:name" and "V:version-rN" lines.
std::string apk_version(std::string_view database, std::string_view package) {
  bool ours = false;
  for (const auto line : split(database, '\n')) {
    if (line.empty()) ours = false;
    if (line.starts_with("P:")) ours = line.substr(2) == package;
    if (ours && line.starts_with("V:")) return std::string(line.substr(2, line.rfind("-r") - 2));
  }
  return {};
}

}  // namespace

std::string glibc_version(std::string_view library) {
  constexpr std::string_view kMark = "stable release version ";
  const auto at = library.find(kMark);
  if (at == std::string_view::npos) return {};
  const auto rest = library.substr(at + kMark.size(), 16);
  const auto end = rest.find_first_not_of("0123456789.");
  auto version = rest.substr(0, end);
  while (version.ends_with('.')) version.remove_suffix(1);
  return std::string(version);
}

/// A whiteout removes one path or everything below a folder (image-spec, layer.md).
void LayerScan::remove(const std::string& path, bool below_only) {
  const auto prefix = path.empty() ? std::string{} : path + "/";
  const auto gone = [&](const std::string& one) {
    return one.starts_with(prefix) || (!below_only && one == path);
  };
  std::erase_if(pythons_, gone);
  std::erase_if(texts_, [&](const auto& one) { return gone(one.first); });
  std::erase_if(glibc_, [&](const auto& one) { return gone(one.first); });
}

Result<void> LayerScan::add(archive::ByteStream& blob, const project::LockedOciLayer& layer) {
  const auto object = "layer " + layer.digest.str();
  HashingStream stored(blob);
  ENVTOOL_TRY(const auto plain, archive::decompress(stored, object));
  HashingStream content(*plain);
  archive::TarReader tar(content, object);
  LayerScan own;  // whiteouts speak of lower layers only, wherever they stand in the tar
  while (true) {
    ENVTOOL_TRY(const auto entry, tar.next());
    if (!entry) break;
    const auto name = file_name(entry->path);
    if (name == ".wh..wh..opq") {
      remove(std::string(folder_of(entry->path)), true);
    } else if (name.starts_with(".wh.")) {
      const auto folder = std::string(folder_of(entry->path));
      remove((folder.empty() ? folder : folder + "/") + std::string(name.substr(4)), false);
    } else if (is_python(entry->path) &&
               (entry->type == Type::file || entry->type == Type::symlink || entry->type == Type::hardlink)) {
      own.pythons_.insert(entry->path);
    } else if (entry->type == Type::file && (is_text(entry->path) || is_glibc(entry->path))) {
      ENVTOOL_TRY(auto bytes, tar.read_content(kTextLimit));
      if (is_text(entry->path)) {
        own.texts_[entry->path] = std::move(bytes);
      } else if (auto version = glibc_version(bytes); !version.empty()) {
        own.glibc_[entry->path] = std::move(version);
      }
    }
  }
  ENVTOOL_TRY(const auto diff_id, content.finish());
  ENVTOOL_TRY(const auto digest, stored.finish());
  if (digest != layer.digest)
    return fail(Code::digest_mismatch, "the blob of " + object + " is not what its name says");
  if (diff_id != layer.diff_id)
    return fail(Code::digest_mismatch, "the content of " + object + " is not what the image config says");
  pythons_.merge(own.pythons_);
  for (auto& [path, bytes] : own.texts_) texts_.insert_or_assign(path, std::move(bytes));
  for (auto& [path, version] : own.glibc_) glibc_.insert_or_assign(path, std::move(version));
  return {};
}

std::string LayerScan::version_of(const std::string& python) const {
  const auto name = std::string(file_name(python));  // python3.11
  const auto prefix = std::string(folder_of(folder_of(python)));
  if (const auto header = texts_.find(prefix + "/include/" + name + "/patchlevel.h"); header != texts_.end())
    return patchlevel(header->second);
  if (prefix != "usr" && !prefix.empty()) return {};
  if (const auto status = texts_.find(std::string(kDpkg)); status != texts_.end()) {
    if (auto version = dpkg_version(status->second, name); !version.empty()) return version;
    return dpkg_version(status->second, name + "-minimal");
  }
  if (const auto database = texts_.find(std::string(kApk)); database != texts_.end())
    return apk_version(database->second, "python3");
  return {};
}

std::string LayerScan::libc() const {
  if (!glibc_.empty()) return "glibc " + glibc_.begin()->second;
  if (const auto status = texts_.find(std::string(kDpkg)); status != texts_.end()) {
    if (auto version = dpkg_version(status->second, "libc6"); !version.empty()) return "glibc " + version;
  }
  if (const auto database = texts_.find(std::string(kApk)); database != texts_.end()) {
    const auto version = apk_version(database->second, "musl");
    const auto parts = split(version, '.');
    if (parts.size() >= 2) return "musl " + std::string(parts[0]) + "." + std::string(parts[1]);
  }
  return {};
}

}  // namespace envtool::resolve::base_image
