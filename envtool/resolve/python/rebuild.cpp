#include <fmt/format.h>

#include "envtool/resolve/python/python.hpp"
#include "envtool/resolve/python/sdist.hpp"

namespace envtool::resolve::python {
namespace {

struct Built {
  const project::Artifact* wheel = nullptr;
  const std::vector<project::LockedPackage>* requirements = nullptr;
};

Built built_part(const project::LockedPackage& package) {
  if (const auto* sdist = std::get_if<project::LockedSdist>(&package.source))
    return {&sdist->wheel, &sdist->build_requires};
  if (const auto* git = std::get_if<project::LockedGit>(&package.source))
    return {&git->wheel, &git->build_requires};
  return {};
}

}  // namespace

Result<void> rebuild_wheel(const project::LockedPackage& package, const PythonTarget& target,
                           PythonSources& sources, Events& events) {
  const Built locked = built_part(package);
  if (locked.wheel == nullptr) return fail(Code::bad_input, package.name + " is not built from source");
  ENVTOOL_TRY(const BuildSource source,
              locked_source(package, sources.client, sources.cache, events.stop_token()));
  PythonProblem problem;
  problem.targets.push_back(target);
  SdistWorkshop workshop(problem, sources, events);
  auto built = workshop.rebuild(source, *locked.requirements, target);
  if (!built)
    return fail(std::move(built).error().in(
        fmt::format("{} {} has no wheel, so it is built on this machine", package.name, package.version)));
  if ((*built)->wheel.sha256 == locked.wheel->sha256) return {};
  return fail(
      Code::digest_mismatch,
      fmt::format("the build of {} {} gave a wheel with sha256 {}, and env.lock says {}", package.name,
                  package.version, (*built)->wheel.sha256.hex(), locked.wheel->sha256.hex()),
      fmt::format("its build does not give the same bytes every time: ask for a version that has "
                  "wheels, or run `env lock --upgrade-package {}` to lock the wheel of this machine",
                  package.name));
}

}  // namespace envtool::resolve::python
