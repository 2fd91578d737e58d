#include "envtool/resolve/python/solve_target.hpp"

#include "envtool/resolve/python/words.hpp"
#include "envtool/support/text.hpp"

namespace envtool::resolve::python {
namespace {

Error unsatisfiable(const solver::Derivation& derivation, const PythonProvider& provider, Events& events) {
  const PythonWords words(provider);
  solver::Report report = solver::report(derivation, words);
  if (report.proof.size() > report.sentences.size()) events.detail("in full:\n" + join(report.proof, "\n"));
  Error error{.code = Code::unsatisfiable,
              .what = "no set of packages meets every requirement on " +
                      provider.target().asked().platform.str() + " with Python " +
                      provider.target().asked().python + ":\n" + join(report.sentences, "\n"),
              .place = {},
              .chain = {},
              .hints = std::move(report.advice)};
  return error;
}

Result<TargetSolution> collect(PythonProvider& provider, const solver::Solution& solution) {
  std::map<std::string, Pick> picks;
  for (auto [id, rank] : solution.decisions) {
    if (id == provider.root()) continue;
    const auto& package = provider.package(id);
    Pick& pick = picks[package.name];
    if (!package.extra.empty()) {
      pick.extras.insert(package.extra);
      continue;
    }
    pick.name = package.name;
    pick.page = &package.universe->page();
    pick.release = &package.universe->release(rank);
    pick.version = pick.release->version.text();
    pick.file = provider.assess(id, rank).file;
    pick.fixed_source = package.universe->fixed_source();
  }
  TargetSolution done{.picks = {}, .statistics = solution.statistics, .remarks = provider.remarks()};
  for (auto& [name, pick] : picks) {
    ENVTOOL_TRY(pick.requires_names, provider.needed_names(name, *pick.file, pick.extras));
    done.picks.push_back(std::move(pick));
  }
  return done;
}

}  // namespace

Result<TargetSolution> solve_target(const SolveInputs& inputs, const Target& target,
                                    std::map<std::string, std::string> prefer) {
  PythonProvider provider(inputs.catalog, inputs.asked, target, inputs.fixed, std::move(prefer));
  if (inputs.workshop.open())
    provider.build_metadata = [&](const File& file) -> Result<std::shared_ptr<const pep::Metadata>> {
      ENVTOOL_TRY(const auto built, inputs.workshop.build(file, target.asked()));
      return built->metadata;
    };
  ENVTOOL_TRY(auto outcome, solver::solve(provider, inputs.catalog.stop_token()));
  if (const auto* failed = std::get_if<solver::Derivation>(&outcome))
    return fail(unsatisfiable(*failed, provider, inputs.events));
  return collect(provider, std::get<solver::Solution>(outcome));
}

}  // namespace envtool::resolve::python
