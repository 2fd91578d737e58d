#include "envtool/resolve/python/python.hpp"

#include <fmt/format.h>

#include "envtool/resolve/python/fixed_source.hpp"
#include "envtool/resolve/python/prefetch.hpp"
#include "envtool/resolve/python/remarks.hpp"
#include "envtool/resolve/python/solve_target.hpp"

namespace envtool::resolve::python {
namespace {

project::LockedPackage locked(const Pick& pick) {
  project::LockedPackage package;
  package.name = pick.name;
  package.version = pick.version;
  package.index = pick.fixed_source ? "" : pick.page->index;
  package.requires_names = pick.requires_names;
  package.source = project::LockedWheel{.artifact = {.url = std::string(pick.file->url),
                                                     .sha256 = pick.file->sha256,
                                                     .size = {pick.file->size}}};
  return package;
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

}  // namespace

Result<PythonSolution> resolve_python(const PythonProblem& problem, PythonSources& sources, Events& events) {
  ENVTOOL_TRY(const Asked asked, read_problem(problem));
  Policy policy;
  policy.pinned = exact_pins(asked);
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
  prefetch.start();
  ENVTOOL_TRY(const FixedSources fixed, fetch_fixed_sources(asked, catalog));

  const SolveInputs inputs{.catalog = catalog, .asked = asked, .fixed = fixed, .sdists = policy.sdists};
  ENVTOOL_TRY(const auto solutions, solve_all(inputs, targets, events));
  make_remarks(solutions, targets, policy.pinned, events);
  const CatalogCounts counts = catalog.counts();
  events.detail(
      fmt::format("index: {} pages ({}) and {} metadata ({} by ranges) fetched, {} pages from the cache",
                  counts.pages, render(ByteCount{counts.page_bytes}), counts.metadata,
                  render(ByteCount{counts.range_bytes}), counts.from_cache));
  PythonSolution result;
  for (const auto& solution : solutions) {
    auto& packages = result.packages.emplace_back();
    for (const Pick& pick : solution.picks) packages.push_back(locked(pick));
  }
  return result;
}

}  // namespace envtool::resolve::python
