#include "envtool/resolve/python/words.hpp"

#include <set>
#include <vector>

#include "envtool/formats/pep/file_name.hpp"
#include "envtool/support/text.hpp"

namespace envtool::resolve::python {

using solver::PackageId;
using solver::Rank;
using solver::VersionSet;

std::string PythonWords::name(PackageId id) const {
  const auto& package = provider_.package(id);
  return package.extra.empty() ? package.name : package.name + "[" + package.extra + "]";
}

bool PythonWords::negligible(PackageId id, Rank rank) const {
  const auto& universe = *provider_.package(id).universe;
  return universe.release(rank).version.is_prerelease() || provider_.assess(id, rank).file == nullptr;
}

std::string PythonWords::versions(PackageId id, const VersionSet& set) const {
  const auto& universe = *provider_.package(id).universe;
  const auto size = static_cast<Rank>(universe.size());
  const auto text = [&](Rank rank) { return universe.release(rank).version.text(); };
  if (set.present().count() == size) return name(id);
  struct Run {
    Rank low, high;
    bool from_start, to_end;
  };
  std::vector<Run> runs;
  bool gap = true, first = true, solid = false;  // solid: the run has a bound that a person would know
  for (Rank rank = 0; rank < size; ++rank) {
    const bool small = negligible(id, rank);
    if (set.contains(rank)) {
      if (gap || runs.empty()) {
        runs.push_back({rank, rank, first, false});
        solid = !small;
      } else if (!small) {
        if (!solid) runs.back().low = rank;
        runs.back().high = rank;
        solid = true;
      } else if (!solid) {
        runs.back().high = rank;
      }
      gap = false;
    } else if (!small) {
      gap = true;
    }
    if (!small || set.contains(rank)) first = false;
  }
  if (!runs.empty()) runs.back().to_end = !gap;
  if (runs.size() == 1 && runs[0].from_start && runs[0].to_end) return name(id);
  std::vector<std::string> pieces;
  for (const Run& run : runs) {
    if (run.low == run.high) pieces.push_back("==" + text(run.low));
    else if (run.from_start) pieces.push_back("<=" + text(run.high));
    else if (run.to_end) pieces.push_back(">=" + text(run.low));
    else pieces.push_back(">=" + text(run.low) + ",<=" + text(run.high));
  }
  if (pieces.size() > 4) pieces = {pieces.front(), "others", pieces.back()};
  for (std::size_t i = 0; i < pieces.size(); ++i)
    if (i == 0) pieces[i] = name(id) + pieces[i];
  return join(pieces, " or ");
}

std::string PythonWords::missing(const solver::Dependency& dependency) const {
  if (!dependency.allowed.empty()) return "";
  const auto& universe = *provider_.package(dependency.package).universe;
  if (universe.size() == 0)
    return universe.page().status == "quarantined" ? ", which its index has put in quarantine"
                                                   : ", which is not on the index " + universe.page().index;
  for (auto rank = static_cast<Rank>(universe.size()); rank-- > 0;)
    if (!negligible(dependency.package, rank))
      return ", but the newest version is " + universe.release(rank).version.text();
  return ", and there is no such version";
}

std::string PythonWords::dependency(const solver::Cause& cause) const {
  const auto& requirement = provider_.requirement(cause.dependency.requirement);
  const std::string wanted = requirement.text + missing(cause.dependency);
  switch (requirement.origin) {
    case PythonProvider::Origin::asked:
      return "you ask for " + wanted;
    case PythonProvider::Origin::constraint:
      return requirement.from + " allow only " + wanted;
    case PythonProvider::Origin::own_extra:
      return name(cause.package) + " needs the same version of " + provider_.package(cause.package).name;
    case PythonProvider::Origin::package:
      break;
  }
  return versions(cause.package, cause.versions) + " needs " + wanted;
}

std::optional<std::string> PythonWords::changeable(const solver::Cause& cause) const {
  const auto& requirement = provider_.requirement(cause.dependency.requirement);
  if (requirement.written == nullptr) return std::nullopt;
  std::string text = "`" + requirement.written->text + "`";
  const Place& place = requirement.written->place;
  if (!place.file_or_url.empty() && place.line > 0)
    text += " (" + place.file_or_url + ":" + std::to_string(place.line) + ")";
  return text;
}

std::string PythonWords::wheels_there_are(const Release& release) const {
  const std::string machine = provider_.target().asked().platform.machine();
  std::set<std::string> pythons, machines;
  bool source = false;
  for (const File& file : release.files) {
    const auto fields = file.wheel ? pep::split_wheel_name(file.name) : std::nullopt;
    source = source || !file.wheel;
    if (!fields) continue;
    if (fields->platforms == "any" || fields->platforms.find(machine) != std::string_view::npos)
      pythons.emplace(fields->pythons);
    else machines.emplace(fields->platforms.substr(fields->platforms.find("linux")));
  }
  std::vector<std::string> list(pythons.begin(), pythons.end());
  if (list.size() > 8) {
    list.erase(list.begin() + 3, list.end() - 3);
    list.insert(list.begin() + 3, "…");
  }
  if (!list.empty()) return "there are wheels for " + join(list, ", ");
  if (!machines.empty()) return "there are wheels for other machines only, such as " + *machines.begin();
  if (source) return "there is only a source distribution";
  return release.foreign ? "there are wheels for other systems only"
                         : "it has no files that can be installed";
}

std::string PythonWords::obstacle(PackageId id, Rank rank) const {
  const auto& universe = *provider_.package(id).universe;
  const Release& release = universe.release(rank);
  const auto& target = provider_.target().asked();
  const Assessment found = provider_.assess(id, rank);
  const std::string example(found.example == nullptr ? "" : found.example->requires_python);
  switch (found.obstacle) {
    case Obstacle::python:
      return "it needs Python " + example + ", and here is " + target.python;
    case Obstacle::too_new:
      return "it was uploaded after exclude-newer";
    case Obstacle::no_time:
      return "the index " + universe.page().index +
             " does not say when it was uploaded, so exclude-newer cannot hold";
    case Obstacle::no_hash:
      return "the index " + universe.page().index + " gives no sha256 for it";
    case Obstacle::yanked:
      return "it was yanked" + (found.example->yanked_reason.empty()
                                    ? ""
                                    : " (" + std::string(found.example->yanked_reason) + ")");
    case Obstacle::sdist_only:
      return "there is only a source distribution";
    case Obstacle::tags:
    case Obstacle::none:
      break;
  }
  const auto python = split(target.python, '.');
  return "it has no wheel for Python " + std::string(python[0]) + "." +
         (python.size() > 1 ? std::string(python[1]) : "0") + " on " + target.platform.str() + "; " +
         wheels_there_are(release);
}

std::string PythonWords::no_version(PackageId id, const VersionSet& set) const {
  const auto highest = set.highest();
  if (!highest) return name(id) + " is not on any index";
  std::string text = versions(id, set) + " cannot be used (";
  if (set.present().count() > 1)
    text += provider_.package(id).universe->release(*highest).version.text() + ": ";
  return text + obstacle(id, *highest) + ")";
}

}  // namespace envtool::resolve::python
