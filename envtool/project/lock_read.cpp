#include <algorithm>
#include <set>

#include "envtool/project/lock.hpp"
#include "envtool/project/lock_fields.hpp"
#include "envtool/project/time_text.hpp"
#include "envtool/support/text.hpp"

namespace envtool::project {
namespace {

using Kind = YamlNode::Kind;

Result<void> read_artifact(const LockFields& fields, Artifact& out) {
  ENVTOOL_CHECK(fields.maybe("url", out.url));
  ENVTOOL_CHECK(fields.get("digest", out.sha256));
  return fields.get("size", out.size.value);
}

/// A nested mapping of artifact fields: `sdist: {url: …, digest: …, size: …}`.
Result<void> read_artifact(const LockFields& parent, std::string_view key, Artifact& out) {
  ENVTOOL_TRY(const auto* node, parent.need(key, Kind::mapping));
  const LockFields fields(*node, "the " + std::string(key) + " of " + parent.object(), parent.file());
  ENVTOOL_CHECK(fields.check({"url", "digest", "size"}));
  return read_artifact(fields, out);
}

/// What to call a list's item in sentences: its name where it has one.
std::string object_name(const YamlNode& node, std::string_view otherwise) {
  const auto* name = node.find("name");
  return name != nullptr && name->kind == Kind::scalar ? name->text : std::string(otherwise);
}

/// `read(fields, out)` for each item of the list at `key`; no list is an empty one.
template <class T, class Read>
Result<void> read_list(const LockFields& parent, std::string_view key, std::string_view item_name,
                       std::vector<T>& out, Read read) {
  if (parent.find(key) == nullptr) return {};
  ENVTOOL_TRY(const auto* list, parent.need(key, Kind::sequence));
  out.reserve(list->items.size());
  for (const auto& item : list->items) {
    const LockFields fields(item, object_name(item, item_name), parent.file());
    ENVTOOL_CHECK(read(fields, out.emplace_back()));
  }
  return {};
}

/// A merge that git made without a conflict can leave two lines for one name.
template <class T>
Result<void> refuse_duplicates(const LockFields& parent, std::string_view key, const std::vector<T>& values) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!seen.insert(values[i].name).second)
      return parent.error(parent.find(key)->items[i], values[i].name + " is in " + parent.file() + " twice");
  }
  return {};
}

Result<void> read_debs(const LockFields& parent, std::string_view key, std::vector<LockedDeb>& out) {
  const auto read = [](const LockFields& fields, LockedDeb& deb) -> Result<void> {
    ENVTOOL_CHECK(fields.check({"name", "version", "architecture", "url", "digest", "size"}));
    ENVTOOL_CHECK(fields.get("name", deb.name));
    ENVTOOL_CHECK(fields.get("version", deb.version));
    ENVTOOL_CHECK(fields.get("architecture", deb.architecture));
    return read_artifact(fields, deb.artifact);
  };
  ENVTOOL_CHECK(read_list(parent, key, "a package", out, read));
  return refuse_duplicates(parent, key, out);
}

Result<void> read_packages(const LockFields& parent, std::string_view key, std::vector<LockedPackage>& out);

Result<void> read_git(const LockFields& fields, LockedGit& git) {
  ENVTOOL_TRY(const auto* node, fields.need("git", Kind::mapping));
  const LockFields inner(*node, "the git source of " + fields.object(), fields.file());
  ENVTOOL_CHECK(inner.check({"url", "commit", "subdirectory"}));
  ENVTOOL_CHECK(inner.get("url", git.url));
  ENVTOOL_CHECK(inner.get("commit", git.commit));
  ENVTOOL_CHECK(inner.maybe("subdirectory", git.subdirectory));
  ENVTOOL_CHECK(read_artifact(fields, "wheel", git.wheel));
  return read_packages(fields, "build-requires", git.build_requires);
}

Result<void> read_source(const LockFields& fields, LockedPackage& package) {
  if (fields.find("sdist") != nullptr) {
    auto& sdist = package.source.emplace<LockedSdist>();
    ENVTOOL_CHECK(read_artifact(fields, "sdist", sdist.artifact));
    ENVTOOL_CHECK(read_artifact(fields, "wheel", sdist.wheel));
    return read_packages(fields, "build-requires", sdist.build_requires);
  }
  if (fields.find("git") != nullptr) return read_git(fields, package.source.emplace<LockedGit>());
  if (fields.find("editable") != nullptr) {
    auto& editable = package.source.emplace<LockedEditable>();
    ENVTOOL_CHECK(fields.get("editable", editable.path));
    return read_packages(fields, "build-requires", editable.build_requires);
  }
  return read_artifact(fields, package.source.emplace<LockedWheel>().artifact);
}

Result<void> read_package(const LockFields& fields, LockedPackage& package) {
  ENVTOOL_CHECK(fields.check({"name", "version", "index", "requires", "url", "digest", "size", "sdist",
                              "wheel", "git", "editable", "build-requires"}));
  ENVTOOL_CHECK(fields.get("name", package.name));
  ENVTOOL_CHECK(fields.get("version", package.version));
  ENVTOOL_CHECK(fields.maybe("index", package.index));
  ENVTOOL_CHECK(fields.maybe("requires", package.requires_names));
  return read_source(fields, package);
}

Result<void> read_packages(const LockFields& parent, std::string_view key, std::vector<LockedPackage>& out) {
  ENVTOOL_CHECK(read_list(parent, key, "a package", out, read_package));
  return refuse_duplicates(parent, key, out);
}

Result<void> read_archive_base(const LockFields& fields, LockedArchiveBase& base) {
  ENVTOOL_CHECK(fields.check({"distribution", "suite", "releases", "debs"}));
  std::string distribution;
  ENVTOOL_CHECK(fields.get("distribution", distribution));
  if (distribution != "debian" && distribution != "ubuntu")
    return fields.error(*fields.find("distribution"),
                        "the base's distribution '" + distribution + "' is neither debian nor ubuntu");
  base.distribution = distribution == "debian" ? BaseFromArchive::Distribution::debian
                                               : BaseFromArchive::Distribution::ubuntu;
  ENVTOOL_CHECK(fields.get("suite", base.suite));
  const auto read_release = [](const LockFields& inner, LockedRelease& release) -> Result<void> {
    ENVTOOL_CHECK(inner.check({"suite", "url", "components", "in-release", "date"}));
    ENVTOOL_CHECK(inner.get("suite", release.suite));
    ENVTOOL_CHECK(inner.get("url", release.url));
    ENVTOOL_CHECK(inner.get("components", release.components));
    ENVTOOL_CHECK(inner.get("in-release", release.in_release));
    return inner.get("date", release.date);
  };
  ENVTOOL_CHECK(read_list(fields, "releases", "a release", base.releases, read_release));
  return read_debs(fields, "debs", base.debs);
}

Result<void> read_oci_base(const LockFields& fields, LockedOciBase& base) {
  ENVTOOL_CHECK(fields.check({"reference", "index", "manifest", "config", "env", "layers"}));
  ENVTOOL_CHECK(fields.get("reference", base.reference));
  if (fields.find("index") != nullptr) ENVTOOL_CHECK(fields.get("index", base.index.emplace()));
  ENVTOOL_CHECK(fields.get("manifest", base.manifest));
  ENVTOOL_CHECK(fields.get("config", base.config));
  ENVTOOL_CHECK(fields.maybe("env", base.env));
  for (const auto& variable : base.env) {
    if (variable.find('=') == 0 || variable.find('=') == std::string::npos)
      return fields.error(*fields.find("env"), "'" + variable + "' in the base's env is not NAME=value");
  }
  const auto read_layer = [](const LockFields& inner, LockedOciLayer& layer) -> Result<void> {
    ENVTOOL_CHECK(inner.check({"media-type", "digest", "diff-id", "size"}));
    ENVTOOL_CHECK(inner.get("media-type", layer.media_type));
    ENVTOOL_CHECK(inner.get("digest", layer.digest));
    ENVTOOL_CHECK(inner.get("diff-id", layer.diff_id));
    return inner.get("size", layer.size.value);
  };
  return read_list(fields, "layers", "a layer", base.layers, read_layer);
}

Result<void> read_base(const LockFields& parent, LockedBase& base) {
  ENVTOOL_TRY(const auto* node, parent.need("base", Kind::mapping));
  const LockFields fields(*node, "the base", parent.file());
  if (fields.find("reference") != nullptr) return read_oci_base(fields, base.emplace<LockedOciBase>());
  return read_archive_base(fields, base.emplace<LockedArchiveBase>());
}

Result<void> read_platform(const LockFields& fields, LockedPlatform& out) {
  ENVTOOL_CHECK(fields.check({"platform", "image", "python", "base", "system", "packages"}));
  std::string platform;
  ENVTOOL_CHECK(fields.get("platform", platform));
  auto parsed = Platform::parse(platform);
  if (!parsed) return fields.error(*fields.find("platform"), parsed.error().what);
  out.platform = *parsed;
  if (fields.find("image") != nullptr) ENVTOOL_CHECK(fields.get("image", out.image.emplace()));
  ENVTOOL_TRY(const auto* node, fields.need("python", Kind::mapping));
  const LockFields python(*node, "the Python of " + platform, fields.file());
  ENVTOOL_CHECK(python.check({"version", "executable", "libc"}));
  ENVTOOL_CHECK(python.get("version", out.python.version));
  ENVTOOL_CHECK(python.get("executable", out.python.executable));
  ENVTOOL_CHECK(python.get("libc", out.python.libc));
  ENVTOOL_CHECK(read_base(fields, out.base));
  ENVTOOL_CHECK(read_debs(fields, "system", out.system));
  return read_packages(fields, "packages", out.packages);
}

Result<void> read_gpu(const LockFields& parent, std::optional<LockedGpu>& out) {
  if (parent.find("gpu") == nullptr) return {};
  ENVTOOL_TRY(const auto* node, parent.need("gpu", Kind::mapping));
  const LockFields fields(*node, "gpu", parent.file());
  ENVTOOL_CHECK(fields.check({"cuda", "driver", "capabilities"}));
  auto& gpu = out.emplace();
  ENVTOOL_CHECK(fields.get("cuda", gpu.cuda));
  ENVTOOL_CHECK(fields.get("driver", gpu.driver));
  return fields.get("capabilities", gpu.capabilities);
}

/// A mapping of names to texts (`env`, `indexes`), in file order.
Result<void> read_texts(const LockFields& parent, std::string_view key,
                        std::vector<std::pair<std::string, std::string>>& out) {
  if (parent.find(key) == nullptr) return {};
  ENVTOOL_TRY(const auto* node, parent.need(key, Kind::mapping));
  for (const auto& member : node->members) {
    if (member.value.kind != Kind::scalar)
      return parent.error(member.value, "'" + member.key.text + "' of " + std::string(key) + " cannot be " +
                                            describe(member.value));
    out.emplace_back(member.key.text, member.value.text);
  }
  return {};
}

Result<void> read_values(const LockFields& fields, Lock& lock) {
  ENVTOOL_CHECK(fields.check({"format", "image-format", "tool", "inputs", "exclude-newer", "gpu", "env",
                              "setup", "indexes", "platforms"}));
  ENVTOOL_CHECK(fields.get("tool", lock.tool));
  ENVTOOL_CHECK(fields.get("inputs", lock.inputs));
  if (const auto* when = fields.find("exclude-newer"); when != nullptr) {
    auto time = parse_time(when->text);
    if (!time) return fields.error(*when, time.error().what);
    lock.exclude_newer = *time;
  }
  ENVTOOL_CHECK(read_gpu(fields, lock.gpu));
  ENVTOOL_CHECK(read_texts(fields, "env", lock.env));
  ENVTOOL_CHECK(fields.maybe("setup", lock.setup));
  std::vector<std::pair<std::string, std::string>> indexes;
  ENVTOOL_CHECK(read_texts(fields, "indexes", indexes));
  lock.indexes.insert(indexes.begin(), indexes.end());
  return read_list(fields, "platforms", "a platform", lock.platforms, read_platform);
}

/// `format` and `image-format`, first: nothing else of a newer lock can be understood.
Result<void> read_formats(const LockFields& fields, int& format, int& image_format) {
  const auto one = [&](std::string_view key, int mine, int& out) -> Result<void> {
    std::uint64_t value = 0;
    ENVTOOL_CHECK(fields.get(key, value));
    std::string tool = "another version of envtool";
    if (const auto* node = fields.find("tool"); node != nullptr && !node->text.empty()) tool = node->text;
    if (value > static_cast<std::uint64_t>(mine)) {
      auto failure =
          fields.error(*fields.find(key), fields.file() + " was written by " + tool +
                                              ", which is newer than this envtool " ENVTOOL_VERSION " (" +
                                              std::string(key) + " " + std::to_string(value) +
                                              ", known up to " + std::to_string(mine) + ")");
      failure.value().hints = {"install " + tool +
                               " or newer, or run `env lock` to write the lock anew with this one"};
      return failure;
    }
    out = static_cast<int>(value);
    return {};
  };
  ENVTOOL_CHECK(one("format", kLockFormat, format));
  return one("image-format", kImageFormat, image_format);
}

}  // namespace

Result<Lock> read_lock(const Source& source) {
  ENVTOOL_TRY(const auto root, parse_lock_yaml(source));
  const LockFields fields(root, source.name, source.name);
  Lock lock;
  ENVTOOL_CHECK(read_formats(fields, lock.format, lock.image_format));
  ENVTOOL_CHECK(read_values(fields, lock));
  return lock;
}

Result<LockHeader> read_lock_header(const Source& source) {
  // `inputs` is among the first lines that render() writes; what comes after it is not looked at.
  const auto at = source.text.starts_with("inputs:") ? 0 : source.text.find("\ninputs:");
  const auto end = at == std::string::npos ? at : source.text.find('\n', at + 1);
  const Source head{source.name, source.text.substr(0, end)};
  ENVTOOL_TRY(const auto root, parse_lock_yaml(head));
  const LockFields fields(root, source.name, source.name);
  LockHeader header;
  ENVTOOL_CHECK(read_formats(fields, header.format, header.image_format));
  ENVTOOL_CHECK(fields.get("inputs", header.inputs));
  return header;
}

}  // namespace envtool::project
