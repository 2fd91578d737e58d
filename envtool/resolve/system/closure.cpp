#include "envtool/resolve/system/closure.hpp"

#include <algorithm>

#include "envtool/resolve/system/solve.hpp"
#include "envtool/support/text.hpp"

namespace envtool::resolve::system {
namespace {

project::LockedDeb locked(const Candidate& candidate) {
  const auto& entry = candidate.entry;
  project::LockedDeb deb;
  deb.name = entry.name;
  deb.version = entry.version;
  deb.architecture = entry.architecture;
  deb.artifact.url = std::string(candidate.root) + "/" + std::string(entry.filename);
  deb.artifact.sha256 = entry.sha256;
  deb.artifact.size = entry.size;
  return deb;
}

std::map<std::string, std::string, std::less<>> pins_of(const Archive::Request& request) {
  std::map<std::string, std::string, std::less<>> pins;
  if (request.previous == nullptr) return pins;
  for (const auto& deb : *request.previous) {
    if (request.upgrade == nullptr || !request.upgrade->contains(deb.name))
      pins.emplace(deb.name, deb.version);
  }
  return pins;
}

/// An asked name that is no package: a virtual one, or a slip of the pen.
Result<void> check_name(const Lists& lists, const project::Placed& asked) {
  if (!lists.named(asked.text).empty()) return {};
  Error error{.code = Code::unsatisfiable,
              .what = "the archive has no package '" + asked.text + "'",
              .place = asked.place,
              .chain = {},
              .hints = {}};
  std::vector<std::string> providers;
  for (const auto& candidate : lists.providing(asked.text)) {
    if (providers.empty() || providers.back() != candidate.entry.name)
      providers.emplace_back(candidate.entry.name);
    if (providers.size() == 5) break;
  }
  if (!providers.empty()) {
    error.what += "; it is another name for " + enumerate(providers, "or");
    return fail(std::move(error).hint("name the one you want under 'system'"));
  }
  if (const auto meant = nearest(asked.text, lists.names()))
    return fail(std::move(error).hint("did you mean '" + *meant + "'?"));
  return fail(
      std::move(error).hint("names of packages are searched at packages.debian.org and packages.ubuntu.com"));
}

/// What apt would choose if it can be, else whatever fits.
Result<std::vector<Candidate>> solve_wanted(const Lists& lists, const Wanted& wanted,
                                            const Install& install) {
  ENVTOOL_TRY(const auto preferred, reachable(lists, wanted, Breadth::preferred));
  auto solution = solve(preferred, install);
  if (solution || solution.error().code != Code::unsatisfiable) return solution;
  ENVTOOL_TRY(const auto all, reachable(lists, wanted, Breadth::all));
  return solve(all, install);
}

void warn_of_hard_packages(const std::vector<project::LockedDeb>& debs, Events& events) {
  for (const auto& deb : debs) {
    if (deb.name == "systemd" || deb.name == "udev" || deb.name == "snapd") {
      events.warn("the system packages bring in " + deb.name +
                  ", which does not run in a container; its files are there, its service is not");
    }
    if (deb.name.starts_with("postgresql-") &&
        deb.name.find_first_not_of("0123456789", 11) == std::string::npos) {
      events.warn(deb.name + " cannot make its first cluster while the image is built: run initdb yourself");
    }
  }
}

/// Essential packages and the named ones that this release has.
Result<std::vector<Candidate>> choose_base(const Lists& lists, const Archive::Request& request) {
  Wanted wanted;
  wanted.pins = pins_of(request);
  const auto essential = lists.essential();
  wanted.names.assign(essential.begin(), essential.end());
  for (const auto& name : request.base) {
    if (!lists.named(name).empty() && !essential.contains(name)) wanted.names.push_back(name);
  }
  auto base = solve_wanted(lists, wanted, {wanted.names, {}});
  if (!base) return fail(std::move(base).error().in("while choosing the packages of the base"));
  return base;
}

/// The base and the asked packages. The base stays what it is without them, so that projects share it.
Result<std::vector<Candidate>> choose_all(const Lists& lists, const Archive::Request& request,
                                          const std::vector<Candidate>& base) {
  Wanted wanted;
  wanted.pins = pins_of(request);
  Install install;
  for (const auto& candidate : base) {
    wanted.names.emplace_back(candidate.entry.name);
    wanted.pins.insert_or_assign(std::string(candidate.entry.name), std::string(candidate.entry.version));
    install.exactly.emplace_back(candidate.entry.name, candidate.entry.version);
  }
  for (const auto& asked : request.packages) {
    wanted.names.push_back(asked.text);
    install.names.push_back(asked.text);
  }
  auto all = solve_wanted(lists, wanted, install);
  if (!all)
    return fail(
        std::move(all).error().hint("remove one of the packages that contradict each other from 'system'"));
  return all;
}

}  // namespace

Result<Archive::Closure> close_over(const Lists& lists, const Archive::Request& request, Events& events) {
  for (const auto& asked : request.packages) ENVTOOL_CHECK(check_name(lists, asked));
  ENVTOOL_TRY(const auto base, choose_base(lists, request));
  Archive::Closure closure;
  for (const auto& candidate : base) closure.base.push_back(locked(candidate));
  if (request.packages.empty()) return closure;

  ENVTOOL_TRY(const auto all, choose_all(lists, request, base));
  std::set<std::string_view> of_base;
  for (const auto& candidate : base) of_base.insert(candidate.entry.name);
  for (const auto& candidate : all) {
    if (!of_base.contains(candidate.entry.name)) closure.system.push_back(locked(candidate));
  }
  warn_of_hard_packages(closure.system, events);
  return closure;
}

}  // namespace envtool::resolve::system
