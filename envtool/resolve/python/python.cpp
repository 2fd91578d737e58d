#include "envtool/resolve/python/python.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include "envtool/resolve/python/editable.hpp"
#include "envtool/resolve/python/fixed_source.hpp"
#include "envtool/resolve/python/prefetch.hpp"
#include "envtool/resolve/python/remarks.hpp"
#include "envtool/resolve/python/solve_target.hpp"

namespace envtool::resolve::python {
namespace {

/// By normalised name, the path of each editable project.
using Editables = std::map<std::string, std::string>;

project::LockedPackage locked(const Pick& pick, const Editables& editables, const FixedCommits& commits) {
  project::LockedPackage package;
  package.name = pick.name;
  package.version = pick.version;
  package.index = pick.fixed_source ? "" : pick.page->index;
  package.requires_names = pick.requires_names;
  if (auto path = editables.find(pick.name); path != editables.end()) {
    package.source = project::LockedEditable{.path = path->second, .build_requires = {}};
    return package;
  }
  if (auto commit = commits.find(pick.name); commit != commits.end()) {
    package.source = commit->second;
    return package;
  }
  const project::Artifact artifact{
      .url = std::string(pick.file->url), .sha256 = pick.file->sha256, .size = {pick.file->size}};
  if (pick.file->wheel) package.source = project::LockedWheel{.artifact = artifact};
  else package.source = project::LockedSdist{.artifact = artifact, .build_requires = {}, .wheel = {}};
  return package;
}

void put_built(const BuiltSdist& built, project::LockedPackage& package) {
  const auto put = [&](auto& source) {
    source.build_requires = built.build_requires;
    source.wheel = built.wheel;
  };
  if (auto* sdist = std::get_if<project::LockedSdist>(&package.source)) put(*sdist);
  if (auto* git = std::get_if<project::LockedGit>(&package.source)) put(*git);
}

/// Beside what is built from it, or in the cache where nothing is built.
Result<std::filesystem::path> scratch_folder(const PythonSources& sources) {
  if (sources.store != nullptr) return sources.store->make_temporary();
  std::string name = (sources.cache / "tree-XXXXXX").native();
  if (sources.cache.empty() || ::mkdtemp(name.data()) == nullptr)
    return fail(Code::io, "there is no folder for the files of a repository");
  return std::filesystem::path(name);
}

std::map<std::string, std::string> versions_of(const TargetSolution& solution) {
  std::map<std::string, std::string> versions;
  for (const Pick& pick : solution.picks) versions.emplace(pick.name, pick.version);
  return versions;
}

Result<std::vector<TargetSolution>> solve_all(const SolveInputs& inputs,
                                              const std::vector<std::unique_ptr<Target>>& targets,
                                              Events& events) {
  std::vector<TargetSolution> solutions;
  for (const auto& target : targets) {
    auto prefer = solutions.empty() ? std::map<std::string, std::string>{} : versions_of(solutions.front());
    ENVTOOL_TRY(auto solution, solve_target(inputs, *target, std::move(prefer)));
    events.detail(fmt::format("{}: {} packages, {} decisions, {} conflicts", target->asked().platform.str(),
                              solution.picks.size(), solution.statistics.decisions,
                              solution.statistics.conflicts));
    solutions.push_back(std::move(solution));
  }
  return solutions;
}

Result<void> follow_fixed(const Asked& asked, const FixedSources& fixed, Catalog& catalog,
                          Prefetch& prefetch) {
  for (const auto& one : asked.packages) {
    auto source = fixed.find(one.requirement.key);
    if (source == fixed.end()) continue;
    ENVTOOL_TRY(const auto metadata, catalog.metadata(source->second->releases.front().files.front()));
    prefetch.follow_fixed(*metadata, one.requirement.extras);
  }
  return {};
}

}  // namespace

Result<PythonSolution> resolve_python(const PythonProblem& problem, PythonSources& sources, Events& events) {
  ENVTOOL_TRY(Asked asked, read_problem(problem));
  Policy policy;
  policy.pinned = exact_pins(asked);
  policy.sdists = sources.sdist.executor != nullptr || sources.sdist.plan_only;
  if (problem.exclude_newer) policy.exclude_newer = problem.exclude_newer->time_since_epoch().count();
  std::vector<std::unique_ptr<Target>> targets;
  for (const PythonTarget& target : problem.targets) {
    ENVTOOL_TRY(auto made, Target::of(target, policy));
    targets.push_back(std::move(made));
  }
  ENVTOOL_TRY(auto indexes, IndexSet::of(problem.indexes, sources.default_index));
  Catalog catalog(
      sources.client, std::move(indexes),
      {.cache = sources.cache, .time_to_live = sources.index_time_to_live, .stop = events.stop_token()});
  Prefetch prefetch(catalog, asked, targets);
  FixedSources fixed;
  ENVTOOL_TRY(const Editables editables, read_editables(problem, asked, fixed, catalog));
  ENVTOOL_CHECK(follow_fixed(asked, fixed, catalog, prefetch));
  prefetch.start();
  SdistWorkshop workshop(problem, sources, events);
  FixedCommits commits;
  const FixedInputs fixed_inputs{.problem = problem,
                                 .catalog = catalog,
                                 .workshop = workshop,
                                 .cache = sources.cache,
                                 .plan_only = sources.sdist.plan_only,
                                 .events = events,
                                 .scratch = [&] { return scratch_folder(sources); }};
  ENVTOOL_CHECK(fetch_fixed_sources(asked, fixed_inputs, fixed, commits));
  ENVTOOL_CHECK(follow_fixed(asked, fixed, catalog, prefetch));

  const SolveInputs inputs{
      .catalog = catalog, .asked = asked, .fixed = fixed, .workshop = workshop, .events = events};
  ENVTOOL_TRY(const auto solutions, solve_all(inputs, targets, events));
  make_remarks(solutions, targets, policy.pinned, events);
  const CatalogCounts counts = catalog.counts();
  events.detail(
      fmt::format("index: {} pages ({}) and {} metadata ({} ranges, {}) fetched, {} pages from the cache",
                  counts.pages, render(ByteCount{counts.page_bytes}), counts.metadata, counts.ranges,
                  render(ByteCount{counts.range_bytes}), counts.from_cache));
  PythonSolution result;
  for (std::size_t i = 0; i < solutions.size(); ++i) {
    auto& packages = result.packages.emplace_back();
    for (const Pick& pick : solutions[i].picks) {
      packages.push_back(locked(pick, editables, commits));
      if (pick.file->wheel || !workshop.open()) continue;
      ENVTOOL_TRY(const auto built, workshop.build(*pick.file, targets[i]->asked()));
      put_built(*built, packages.back());
    }
  }
  return result;
}

}  // namespace envtool::resolve::python
