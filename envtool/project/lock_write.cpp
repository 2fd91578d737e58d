#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "envtool/project/lock.hpp"
#include "envtool/project/time_text.hpp"
#include "envtool/support/text.hpp"

namespace envtool::project {
namespace {

/// Plain where no YAML reader takes it for a number, a truth value or syntax; else in double quotes.
bool is_plain(std::string_view text) {
  static constexpr std::string_view kInside =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./+~@%=:-";
  static constexpr std::array<std::string_view, 9> kWords{"null", "true", "false", "yes", "no",
                                                          "on",   "off",  "y",     "n"};
  if (text.empty() || text.back() == ':' || text.find_first_not_of(kInside) != std::string_view::npos)
    return false;
  const char first = text.front();
  const bool letter = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
  if (!letter && (first != '/' || text.size() == 1)) return false;
  const auto lower = to_lower(text);
  return std::find(kWords.begin(), kWords.end(), lower) == kWords.end();
}

std::string quote(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string quote_list(const std::vector<std::string>& words) {
  std::vector<std::string> quoted;
  for (const auto& word : words) quoted.push_back(quote(word));
  return "[" + join(quoted, ", ") + "]";
}

std::string fields(const Artifact& artifact) {
  std::string url = artifact.url.empty() ? "" : "url: " + quote(artifact.url) + ", ";
  return url + fmt::format("digest: {}, size: {}", artifact.sha256.str(), artifact.size.value);
}

template <class T>
std::vector<const T*> sorted_by_name(const std::vector<T>& values) {
  std::vector<const T*> out;
  for (const auto& value : values) out.push_back(&value);
  std::stable_sort(out.begin(), out.end(), [](const T* a, const T* b) { return a->name < b->name; });
  return out;
}

void write_debs(std::string& out, std::string_view key, const std::vector<LockedDeb>& debs, int indent) {
  if (debs.empty()) return;
  out += fmt::format("{:{}}{}:\n", "", indent, key);
  for (const auto* deb : sorted_by_name(debs)) {
    out +=
        fmt::format("{:{}}- {{name: {}, version: {}, architecture: {}, {}}}\n", "", indent + 2,
                    quote(deb->name), quote(deb->version), quote(deb->architecture), fields(deb->artifact));
  }
}

void write_base(std::string& out, const LockedArchiveBase& base) {
  const bool debian = base.distribution == BaseFromArchive::Distribution::debian;
  out += fmt::format("    base:\n      distribution: {}\n      suite: {}\n", debian ? "debian" : "ubuntu",
                     quote(base.suite));
  if (!base.releases.empty()) out += "      releases:\n";
  for (const auto& release : base.releases) {
    out += fmt::format("        - {{suite: {}, url: {}, components: {}, in-release: {}, date: {}}}\n",
                       quote(release.suite), quote(release.url), quote_list(release.components),
                       release.in_release.str(), quote(release.date));
  }
  write_debs(out, "debs", base.debs, 6);
}

void write_base(std::string& out, const LockedOciBase& base) {
  out += fmt::format("    base:\n      reference: {}\n", quote(base.reference));
  if (base.index) out += fmt::format("      index: {}\n", base.index->str());
  out += fmt::format("      manifest: {}\n      config: {}\n", base.manifest.str(), base.config.str());
  if (!base.env.empty()) out += fmt::format("      env: {}\n", quote_list(base.env));
  if (!base.layers.empty()) out += "      layers:\n";
  for (const auto& layer : base.layers) {
    out += fmt::format("        - {{media-type: {}, digest: {}, diff-id: {}, size: {}}}\n",
                       quote(layer.media_type), layer.digest.str(), layer.diff_id.str(), layer.size.value);
  }
}

std::string flow(const LockedPackage& package, int indent);

std::string build_requires(const std::vector<LockedPackage>& packages, int indent) {
  std::string out = ", build-requires: [";
  const char* separator = "\n";
  for (const auto* package : sorted_by_name(packages)) {
    out += fmt::format("{}{:{}}{}", separator, "", indent, flow(*package, indent + 2));
    separator = ",\n";
  }
  return out + "]";
}

std::string source_fields(const LockedWheel& wheel, int) { return ", " + fields(wheel.artifact); }
std::string source_fields(const LockedSdist& sdist, int indent) {
  return fmt::format(", sdist: {{{}}}, wheel: {{{}}}{}", fields(sdist.artifact), fields(sdist.wheel),
                     build_requires(sdist.build_requires, indent));
}
std::string source_fields(const LockedGit& git, int indent) {
  const auto folder = git.subdirectory.empty() ? "" : ", subdirectory: " + quote(git.subdirectory);
  return fmt::format(", git: {{url: {}, commit: {}{}}}, wheel: {{{}}}{}", quote(git.url), quote(git.commit),
                     folder, fields(git.wheel), build_requires(git.build_requires, indent));
}
std::string source_fields(const LockedEditable& editable, int indent) {
  return fmt::format(", editable: {}{}", quote(editable.path),
                     build_requires(editable.build_requires, indent));
}

std::string flow(const LockedPackage& package, int indent) {
  std::string out = fmt::format("{{name: {}, version: {}", quote(package.name), quote(package.version));
  if (!package.index.empty()) out += ", index: " + quote(package.index);
  auto needs = package.requires_names;
  std::sort(needs.begin(), needs.end());
  if (!needs.empty()) out += ", requires: " + quote_list(needs);
  out += std::visit([&](const auto& source) { return source_fields(source, indent); }, package.source);
  return out + "}";
}

void write_platform(std::string& out, const LockedPlatform& platform) {
  out += fmt::format("  - platform: {}\n", platform.platform.str());
  if (platform.image) out += fmt::format("    image: {}\n", platform.image->str());
  out +=
      fmt::format("    python: {{version: {}, executable: {}, libc: {}}}\n", quote(platform.python.version),
                  quote(platform.python.executable), quote(platform.python.libc));
  std::visit([&](const auto& base) { write_base(out, base); }, platform.base);
  write_debs(out, "system", platform.system, 4);
  if (platform.packages.empty()) return;
  out += "    packages:\n";
  for (const auto* package : sorted_by_name(platform.packages))
    out += fmt::format("      - {}\n", flow(*package, 10));
}

void write_header(std::string& out, const Lock& lock) {
  out +=
      "# Made by envtool from env.yaml: change that and run `env lock`, and keep both in version control.\n";
  out += fmt::format("format: {}\nimage-format: {}\ntool: {}\ninputs: {}\n", lock.format, lock.image_format,
                     quote(lock.tool), lock.inputs.str());
  if (lock.exclude_newer) out += fmt::format("exclude-newer: {}\n", quote(render_time(*lock.exclude_newer)));
  if (lock.gpu) {
    out += fmt::format("gpu: {{cuda: {}, driver: {}, capabilities: {}}}\n", quote(lock.gpu->cuda),
                       quote(lock.gpu->driver), quote_list(lock.gpu->capabilities));
  }
}

}  // namespace

bool LockedSdist::operator==(const LockedSdist&) const = default;
bool LockedGit::operator==(const LockedGit&) const = default;
bool LockedEditable::operator==(const LockedEditable&) const = default;

std::string render(const Lock& lock) {
  std::string out;
  write_header(out, lock);
  if (!lock.env.empty()) out += "env:\n";
  for (const auto& [name, value] : lock.env) out += fmt::format("  {}: {}\n", quote(name), quote(value));
  if (!lock.setup.empty()) out += "setup:\n";
  for (const auto& command : lock.setup) out += fmt::format("  - {}\n", quote(command));
  if (!lock.indexes.empty()) out += "indexes:\n";
  for (const auto& [name, url] : lock.indexes) out += fmt::format("  {}: {}\n", quote(name), quote(url));
  if (!lock.platforms.empty()) out += "platforms:\n";
  for (const auto& platform : lock.platforms) write_platform(out, platform);
  return out;
}

const LockedPlatform* Lock::find(const Platform& platform) const {
  const auto at = std::find_if(platforms.begin(), platforms.end(),
                               [&](const LockedPlatform& locked) { return locked.platform == platform; });
  return at == platforms.end() ? nullptr : &*at;
}

}  // namespace envtool::project
