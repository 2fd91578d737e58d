#include "envtool/resolve/resolve.hpp"

#include <fmt/format.h>

#include "envtool/resolve/base_image/base_image.hpp"
#include "envtool/resolve/python/python.hpp"

namespace envtool::resolve {
namespace {

using base_image::BaseResolver;
using base_image::BaseSolution;

/// Pins of the previous lock that are not given up: name → version.
std::map<std::string, std::string> pins(const project::Lock* previous, const Platform& platform,
                                        const Upgrade& upgrade) {
  std::map<std::string, std::string> out;
  if (previous == nullptr || upgrade.everything) return out;
  const auto* part = previous->find(platform);
  if (part == nullptr) return out;
  for (const auto& package : part->packages) {
    if (!upgrade.packages.contains(package.name)) out.emplace(package.name, package.version);
  }
  return out;
}

/// What the Python part works with; `base_of` says which base a source distribution of a platform is built
/// in.
python::PythonSources python_sources_of(Sources& sources,
                                        std::function<Result<BaseSolution>(const Platform&)> base_of) {
  return {
      .client = sources.client,
      .store = &sources.store,
      .cache = sources.cache,
      .default_index = sources.default_index,
      .sdist = {.executor = sources.executor,
                .root = [&sources, base_of = std::move(base_of)](
                            const Platform& platform) -> Result<python::BuildRoot> {
                  if (!sources.build_root)
                    return fail(Code::unsupported, "building source distributions is not possible here");
                  ENVTOOL_TRY(const BaseSolution base, base_of(platform));
                  ENVTOOL_TRY(auto lowers, sources.build_root(platform, base.base, base.python, base.system));
                  return python::BuildRoot{.lowers = std::move(lowers), .executable = base.python.executable};
                }}};
}

Result<python::PythonSolution> resolve_packages(const project::EnvYaml& yaml,
                                                std::span<const Platform> platforms,
                                                const project::Lock* previous, const Upgrade& upgrade,
                                                const BaseResolver& bases, Sources& sources, Events& events) {
  python::PythonProblem problem{.packages = yaml.packages,
                                .editables = yaml.editables,
                                .constraints = yaml.constraints,
                                .overrides = yaml.overrides,
                                .indexes = yaml.indexes,
                                .exclude_newer = yaml.exclude_newer,
                                .project = sources.project,
                                .targets = {}};
  for (const auto& platform : platforms) {
    ENVTOOL_TRY(const project::LockedPython python, bases.python(platform));
    problem.targets.push_back({.platform = platform,
                               .python = python.version,
                               .libc = python.libc,
                               .pins = pins(previous, platform, upgrade)});
  }
  auto python_sources =
      python_sources_of(sources, [&bases](const Platform& platform) { return bases.solution(platform); });
  return python::resolve_python(problem, python_sources, events);
}

void collect_indexes(const project::EnvYaml& yaml, const Sources& sources, project::Lock& lock) {
  std::map<std::string, std::string> known{{"pypi", sources.default_index}};
  for (const auto& index : yaml.indexes) known[index.name] = index.url;
  for (const auto& platform : lock.platforms) {
    for (const auto& package : platform.packages) {
      const auto found = known.find(package.index);
      if (found == known.end()) continue;
      const auto url = Url::parse(found->second);
      lock.indexes[package.index] = url ? url->redacted() : found->second;
    }
  }
}

}  // namespace

Result<project::Lock> resolve(const project::EnvYaml& yaml, std::span<const Platform> platforms,
                              const project::Lock* previous, const Upgrade& upgrade, Sources& sources,
                              Events& events) {
  // The archive's lists and the index's pages are fetched at the same time: the base runs in threads of its
  // own.
  const BaseResolver bases(yaml, platforms, previous, upgrade, sources, events);
  ENVTOOL_TRY(auto packages, resolve_packages(yaml, platforms, previous, upgrade, bases, sources, events));

  project::Lock lock;
  lock.tool = "envtool " ENVTOOL_VERSION;
  lock.inputs = project::inputs_digest(yaml);
  lock.exclude_newer = yaml.exclude_newer;
  for (const auto& command : yaml.setup) lock.setup.push_back(command.text);
  lock.env = yaml.env;
  for (std::size_t i = 0; i < platforms.size(); ++i) {
    ENVTOOL_TRY(BaseSolution base, bases.solution(platforms[i]));
    lock.platforms.push_back({.platform = platforms[i],
                              .base = std::move(base.base),
                              .system = std::move(base.system),
                              .python = std::move(base.python),
                              .packages = std::move(packages.packages[i]),
                              .image = {}});
  }
  collect_indexes(yaml, sources, lock);
  return lock;
}

Result<void> rebuild_wheel(const project::LockedPackage& package, const project::LockedPlatform& part,
                           Sources& sources, Events& events) {
  auto python_sources = python_sources_of(sources, [&part](const Platform&) -> Result<BaseSolution> {
    return BaseSolution{.base = part.base, .python = part.python, .system = part.system};
  });
  const python::PythonTarget target{
      .platform = part.platform, .python = part.python.version, .libc = part.python.libc, .pins = {}};
  return python::rebuild_wheel(package, target, python_sources, events);
}

}  // namespace envtool::resolve
