#include "envtool/resolve/base_image/archive_base.hpp"

#include <algorithm>

#include "envtool/formats/deb/version.hpp"
#include "envtool/resolve/base_image/suites.hpp"

namespace envtool::resolve::base_image {
namespace {

/// Debian's upstream version as Python spells it: no "+dfsg", "3.14.0~rc1" is 3.14.0rc1.
std::string python_version(std::string_view debian_version) {
  auto text = std::string(deb::upstream_version(debian_version));
  if (const auto plus = text.find('+'); plus != std::string::npos) text.erase(plus);
  std::erase(text, '~');
  return text;
}

/// Version pins of the previous lock, where its base is the same release.
std::vector<project::LockedDeb> previous_debs(const ArchiveBaseRequest& request) {
  if (request.previous == nullptr || request.upgrade.everything) return {};
  const auto* base = std::get_if<project::LockedArchiveBase>(&request.previous->base);
  if (base == nullptr || base->suite != request.base.suite) return {};
  auto debs = base->debs;
  debs.insert(debs.end(), request.previous->system.begin(), request.previous->system.end());
  return debs;
}

/// The version that the closure will have: the previous one while the archive has it, else the newest.
std::optional<std::string> version_of(const system::Archive& archive, const std::string& package,
                                      const std::vector<project::LockedDeb>& previous,
                                      const Upgrade& upgrade) {
  const auto versions = archive.versions(package);
  if (versions.empty()) return std::nullopt;
  for (const auto& deb : previous) {
    const bool kept = deb.name == package && !upgrade.packages.contains(package);
    if (kept && std::find(versions.begin(), versions.end(), deb.version) != versions.end())
      return deb.version;
  }
  return versions.front();
}

Result<project::LockedPython> find_python(const system::Archive& archive, const ArchiveBaseRequest& request,
                                          const std::vector<project::LockedDeb>& previous) {
  const auto* suite = suite_named(request.base.suite);
  const auto name = "python" + std::string(suite == nullptr ? "3" : suite->python);
  const auto python = version_of(archive, name, previous, request.upgrade);
  const auto libc = version_of(archive, "libc6", previous, request.upgrade);
  if (!python || !libc) {
    return fail(Code::not_found, "the archive of " + request.base.suite + " has no " +
                                     (python ? "libc6" : name) + " for " + request.platform.str());
  }
  project::LockedPython found{python_version(*python), "/usr/bin/" + name,
                              "glibc " + std::string(deb::upstream_version(*libc))};
  if (request.yaml.python) {
    ENVTOOL_TRY(const auto asked, parse_python(*request.yaml.python));
    if (asked.exact && *asked.exact != found.version) {
      return fail(Error{.code = Code::bad_input,
                        .what = std::string(distribution_name(request.base.distribution)) + " " +
                                request.base.suite + " has Python " + found.version + ", not " + *asked.exact,
                        .place = request.yaml.python->place,
                        .chain = {},
                        .hints = {"write python: \"" + asked.minor + "\""}});
    }
  }
  return found;
}

}  // namespace

std::vector<std::string> base_packages() {
  return {
      "ca-certificates",    // TLS to anywhere
      "libgomp1",           // wheels built with OpenMP that do not bring it
      "libstdc++6",         // manylinux counts on the system's (PEP 600)
      "netbase",            // /etc/services, /etc/protocols
      "python3",            // the release's own
      "python3-distutils",  // part of CPython up to 3.11, a package of its own here
      "tzdata",             // zoneinfo
      "usr-is-merged",      // the tree is made merged, so nothing needs to convert it
  };
}

Result<BaseSolution> resolve_archive_base(const ArchiveBaseRequest& request,
                                          const system::ArchiveSources& sources, Events& events,
                                          const std::function<void(project::LockedPython)>& tell,
                                          std::optional<system::Archive>& archive) {
  ENVTOOL_TRY(auto location, system::archive_of(request.base, request.platform));
  // Ubuntu's universe is 70 MB of text; the base needs none of it.
  if (request.yaml.system.empty()) location.components.resize(1);
  ENVTOOL_TRY(archive, system::Archive::open(location, request.platform, sources, events));
  const auto previous = previous_debs(request);
  ENVTOOL_TRY(auto python, find_python(*archive, request, previous));
  tell(python);

  system::Archive::Request wanted;
  wanted.packages = request.yaml.system;
  wanted.base = base_packages();
  wanted.previous = &previous;
  wanted.upgrade = &request.upgrade.packages;
  ENVTOOL_TRY(auto closure, archive->close(wanted, events));

  BaseSolution solution;
  solution.base = project::LockedArchiveBase{request.base.distribution, request.base.suite,
                                             archive->releases(), std::move(closure.base)};
  solution.python = std::move(python);
  solution.system = std::move(closure.system);
  return solution;
}

}  // namespace envtool::resolve::base_image
