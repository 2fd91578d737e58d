#include "envtool/image/install_plan.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "envtool/formats/archive/path_guard.hpp"
#include "envtool/formats/pep/record.hpp"
#include "envtool/image/scripts.hpp"
#include "envtool/image/wheel_record.hpp"

namespace envtool::image {
namespace {

using archive::ZipMember;

/// Where a member goes: a folder of the tree and whether it is a script.
struct Destination {
  std::string path;
  bool script = false;
};

class Planner {
 public:
  Planner(const archive::ZipReader& wheel, const WheelTree& what, const InstallScheme& scheme,
          std::string object)
      : wheel_(wheel),
        what_(what),
        scheme_(scheme),
        object_(std::move(object)),
        prefix_(scheme.prefix.substr(1)),
        site_packages_(scheme.purelib().substr(1)) {}

  Result<std::vector<InstallFile>> run() {
    ENVTOOL_TRY(dist_info_, find_dist_info(wheel_, what_.name, object_));
    data_ = dist_info_.substr(0, dist_info_.size() - 10) + ".data/";
    ENVTOOL_CHECK(check_wheel_file());
    ENVTOOL_TRY(const auto digests, read_wheel_record(wheel_, dist_info_, object_));
    archive::NameCollisions names(object_);
    for (const ZipMember& member : wheel_.members()) {
      if (member.is_directory() || is_record_or_signature(member.name, dist_info_)) continue;
      ENVTOOL_TRY(const std::string path,
                  archive::clean_path(member.name, archive::LeadingSlash::refuse, object_));
      ENVTOOL_CHECK(check_kind(member));
      ENVTOOL_TRY(const Destination destination, place(path));
      ENVTOOL_CHECK(names.add_file(destination.path));
      if (is_left_out(path)) continue;
      ENVTOOL_CHECK(add_member(member, destination, digests.at(path)));
    }
    ENVTOOL_CHECK(add_entry_points());
    add_installer_files();
    return finish();
  }

 private:
  Result<void> check_wheel_file() const {
    const ZipMember* member = wheel_.find(dist_info_ + "/WHEEL");
    if (member == nullptr)
      return fail(Code::bad_input, object_ + " has no .dist-info/WHEEL, so it is not a wheel");
    ENVTOOL_TRY(const std::string text, wheel_.read(*member, 1_MiB));
    if (auto parsed = pep::WheelFile::parse(text); !parsed)
      return fail(std::move(parsed).error().in("while reading WHEEL of " + object_));
    return {};
  }

  Result<void> check_kind(const ZipMember& member) const {
    const std::uint32_t kind = member.unix_mode & S_IFMT;
    if (kind == 0 || kind == S_IFREG) return {};
    return fail(Code::hostile_archive,
                object_ + ": " + member.name +
                    (kind == S_IFLNK ? " is a symbolic link" : " is not an ordinary file") +
                    ", which wheels may not hold");
  }

  /// PEP 427 "Spread": <name>-<version>.data/<scheme>/… goes to that scheme's folder, all else to
  /// site-packages (purelib and platlib are one folder in a virtual environment).
  Result<Destination> place(const std::string& path) const {
    if (!path.starts_with(data_)) return Destination{site_packages_ + "/" + path};
    const std::string_view below = std::string_view(path).substr(data_.size());
    const std::size_t slash = below.find('/');
    const std::string scheme(below.substr(0, slash));
    const std::string rest(slash == std::string_view::npos ? "" : below.substr(slash + 1));
    if (rest.empty()) return fail(Code::bad_input, object_ + ": " + path + " is in no install scheme");
    if (scheme == "purelib" || scheme == "platlib") return Destination{site_packages_ + "/" + rest};
    if (scheme == "scripts") return script(rest);
    if (scheme == "headers")
      return Destination{prefix_ + "/include/site/python" + scheme_.python_version + "/" + what_.name + "/" +
                         rest};
    if (scheme == "data") {
      if (rest.starts_with("bin/") && is_reserved_script(rest.substr(4))) return reserved(rest);
      if (rest == "pyvenv.cfg") return reserved(rest);
      return Destination{prefix_ + "/" + rest};
    }
    return fail(Code::bad_input, object_ + ": " + path + " is in an unknown install scheme (" + scheme + ")");
  }

  Result<Destination> script(const std::string& name) const {
    if (is_reserved_script(name)) return reserved(name);
    return Destination{prefix_ + "/bin/" + name, true};
  }
  Failure reserved(const std::string& name) const {
    return fail(Code::hostile_archive, object_ + " would replace the environment's own " + name);
  }

  [[nodiscard]] bool is_left_out(const std::string& path) const {
    // Byte code of another Python's making; ours goes to a cache of the environment's own.
    if (path.ends_with(".pyc") && path.find("__pycache__/") != std::string::npos) return true;
    if (!path.starts_with(dist_info_ + "/")) return false;
    const std::string_view name = std::string_view(path).substr(dist_info_.size() + 1);
    return name == "INSTALLER" || name == "REQUESTED" || name == "direct_url.json";
  }

  Result<void> add_member(const ZipMember& member, const Destination& destination, const Digest& digest) {
    InstallFile file{
        .path = destination.path,
        .member = &member,
        .bytes = {},
        .executable = destination.script || (S_ISREG(member.unix_mode) && (member.unix_mode & 0111) != 0),
        .sha256 = digest,
        .size = member.size};
    if (destination.script) {
      ENVTOOL_TRY(const bool rewrite, starts_with_marker(member));
      if (rewrite) {
        ENVTOOL_TRY(const std::string original, wheel_.read(member, 16_MiB));
        if (Digest::of(original) != digest)
          return fail(Code::bad_input,
                      object_ + ": " + member.name + " does not have the sha256 that RECORD says");
        add_bytes(destination.path, rewrite_script(original, scheme_.interpreter()), true);
        return {};
      }
    }
    files_.push_back(std::move(file));
    return {};
  }

  /// Only the first piece is unpacked: scripts can be large programs.
  Result<bool> starts_with_marker(const ZipMember& member) const {
    bool marker = false;
    const auto stopped = fail(Code::cancelled, "the first piece is enough");
    const auto outcome = wheel_.extract(member, [&](std::string_view piece) -> Result<void> {
      marker = wants_interpreter(piece);
      return stopped;
    });
    if (!outcome && outcome.error().code != Code::cancelled) return fail(outcome.error());
    return marker;
  }

  Result<void> add_entry_points() {
    const ZipMember* member = wheel_.find(dist_info_ + "/entry_points.txt");
    if (member == nullptr) return {};
    ENVTOOL_TRY(const std::string text, wheel_.read(*member, 4_MiB));
    auto parsed = pep::EntryPoints::parse(text);
    if (!parsed) return fail(std::move(parsed).error().in("while reading entry_points.txt of " + object_));
    for (const auto* group : {&parsed->console_scripts, &parsed->gui_scripts}) {
      for (const pep::EntryPoint& entry : *group) {
        ENVTOOL_TRY(const Destination destination, script(entry.name));
        // As pip does: an entry point replaces a script file of its name.
        std::erase_if(files_, [&](const InstallFile& file) { return file.path == destination.path; });
        add_bytes(destination.path, entry_point_script(entry, scheme_.interpreter()), true);
      }
    }
    return {};
  }

  void add_installer_files() {
    add_bytes(dist_info_path("INSTALLER"), "envtool\n", false);
    if (what_.direct_url) add_bytes(dist_info_path("direct_url.json"), *what_.direct_url, false);
  }

  [[nodiscard]] std::string dist_info_path(std::string_view name) const {
    return site_packages_ + "/" + dist_info_ + "/" + std::string(name);
  }

  void add_bytes(std::string path, std::string bytes, bool executable) {
    const Digest digest = Digest::of(bytes);
    const std::uint64_t size = bytes.size();
    files_.push_back({.path = std::move(path),
                      .member = nullptr,
                      .bytes = std::move(bytes),
                      .executable = executable,
                      .sha256 = digest,
                      .size = size});
  }

  /// RECORD's paths count from site-packages.
  [[nodiscard]] std::string record_path(const std::string& path) const {
    if (path.starts_with(site_packages_ + "/")) return path.substr(site_packages_.size() + 1);
    return "../../../" + path.substr(prefix_.size() + 1);
  }

  std::vector<InstallFile> finish() {
    std::vector<pep::RecordEntry> rows;
    rows.reserve(files_.size() + 1);
    for (const InstallFile& file : files_)
      rows.push_back({record_path(file.path), pep::record_hash(file.sha256), file.size});
    rows.push_back({dist_info_ + "/RECORD", "", std::nullopt});
    std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    add_bytes(dist_info_path("RECORD"), pep::render_record(rows), false);
    std::sort(files_.begin(), files_.end(),
              [](const InstallFile& a, const InstallFile& b) { return a.path < b.path; });
    return std::move(files_);
  }

  const archive::ZipReader& wheel_;
  const WheelTree& what_;
  const InstallScheme& scheme_;
  std::string object_, prefix_, site_packages_, dist_info_, data_;
  std::vector<InstallFile> files_;
};

}  // namespace

Result<std::vector<InstallFile>> plan_install(const archive::ZipReader& wheel, const WheelTree& what,
                                              const InstallScheme& scheme, const std::string& object) {
  return Planner(wheel, what, scheme, object).run();
}

}  // namespace envtool::image
