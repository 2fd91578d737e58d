#include "envtool/resolve/solver/solver.hpp"

#include "envtool/resolve/solver/search.hpp"

namespace envtool::resolve::solver {

Result<std::variant<Solution, Derivation>> Search::run(std::stop_token stop) {
  const PackageId root = provider_.root();
  see(root);
  add(arena_.root(root, VersionSet::single(1, 0)));
  PackageId next = root;
  while (true) {
    if (stop.stop_requested()) return fail(Code::cancelled, "solving was stopped");
    if (!propagate(next)) return derivation_of(arena_, failure_);
    reprioritise();
    auto package = next_undecided();
    if (!package) break;
    next = *package;
    ENVTOOL_CHECK(decide(next));
  }
  return Solution{partial_.decisions(), statistics_};
}

Result<std::variant<Solution, Derivation>> solve(Provider& provider, std::stop_token stop) {
  return Search(provider).run(std::move(stop));
}

}  // namespace envtool::resolve::solver
