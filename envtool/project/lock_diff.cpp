#include <algorithm>
#include <set>
#include <tuple>

#include "envtool/project/lock.hpp"

namespace envtool::project {
namespace {

using Versions = std::map<std::pair<std::string, std::string>, std::string>;  // (what, name) → version

std::string short_digest(const Digest& digest) { return digest.str().substr(0, 7 + 12); }

/// A version as people read it: sources other than a wheel of that version say which.
std::string shown(const LockedPackage& package) {
  if (const auto* git = std::get_if<LockedGit>(&package.source))
    return package.version + " (commit " + git->commit.substr(0, 12) + ")";
  if (std::holds_alternative<LockedEditable>(package.source)) return package.version + " (editable)";
  return package.version;
}

void add_base(Versions& out, const LockedBase& base) {
  if (const auto* archive = std::get_if<LockedArchiveBase>(&base)) {
    const bool debian = archive->distribution == BaseFromArchive::Distribution::debian;
    const auto name = std::string(debian ? "debian " : "ubuntu ") + archive->suite;
    out[{"base", "base"}] = name;
    for (const auto& deb : archive->debs) out[{"system", deb.name}] = deb.version;
  } else if (const auto* oci = std::get_if<LockedOciBase>(&base)) {
    out[{"base", "base"}] = oci->reference + " " + short_digest(oci->manifest);
  }
}

Versions versions(const LockedPlatform* platform) {
  Versions out;
  if (platform == nullptr) return out;
  add_base(out, platform->base);
  for (const auto& deb : platform->system) out[{"system", deb.name}] = deb.version;
  out[{"python", "python"}] = platform->python.version;
  for (const auto& package : platform->packages) out[{"packages", package.name}] = shown(package);
  return out;
}

std::vector<LockChange> changes(const Versions& before, const Versions& after) {
  std::vector<LockChange> out;
  for (const auto& [key, version] : before) {
    const auto now = after.find(key);
    if (now == after.end()) {
      out.push_back({key.first, key.second, version, "", ""});
    } else if (now->second != version) {
      out.push_back({key.first, key.second, version, now->second, ""});
    }
  }
  for (const auto& [key, version] : after) {
    if (!before.contains(key)) out.push_back({key.first, key.second, "", version, ""});
  }
  return out;
}

/// Base first, then Python, then what a person asked for, then the distribution's packages.
std::tuple<int, std::string_view, std::string_view> rank(const LockChange& change) {
  const int order = change.what == "base"       ? 0
                    : change.what == "python"   ? 1
                    : change.what == "packages" ? 2
                                                : 3;
  return {order, change.name, change.platform};
}

}  // namespace

std::vector<LockChange> diff(const Lock& before, const Lock& after) {
  std::set<Platform> platforms;
  for (const auto& platform : before.platforms) platforms.insert(platform.platform);
  for (const auto& platform : after.platforms) platforms.insert(platform.platform);

  const auto same = [](const LockChange& a, const LockChange& b) {
    return std::tie(a.what, a.name, a.before, a.after) == std::tie(b.what, b.name, b.before, b.after);
  };
  std::vector<LockChange> out;
  for (const auto& platform : platforms) {
    for (auto& change : changes(versions(before.find(platform)), versions(after.find(platform)))) {
      change.platform = platform.str();
      out.push_back(std::move(change));
    }
  }
  // A change that every platform has is told once, without a platform.
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto twins =
        std::count_if(out.begin(), out.end(), [&](const LockChange& c) { return same(c, out[i]); });
    if (static_cast<std::size_t>(twins) != platforms.size()) continue;
    out[i].platform.clear();
    const LockChange kept = out[i];
    const auto rest = out.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    out.erase(std::remove_if(rest, out.end(), [&](const LockChange& c) { return same(c, kept); }), out.end());
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return rank(a) < rank(b); });
  return out;
}

}  // namespace envtool::project
