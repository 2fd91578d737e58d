#pragma once
// PubGrub (Natalie Weizenbaum; dart-lang/pub doc/solver.md): version solving by conflict-driven clause
// learning, with an explanation when there is no solution. Pure: all it knows comes from a Provider.
#include <stop_token>
#include <utility>
#include <variant>
#include <vector>

#include "envtool/resolve/solver/derivation.hpp"
#include "envtool/resolve/solver/provider.hpp"
#include "envtool/support/result.hpp"

namespace envtool::resolve::solver {

struct Statistics {
  std::uint32_t decisions = 0;
  std::uint32_t conflicts = 0;
  std::uint32_t backjumps = 0;
};

struct Solution {
  std::vector<std::pair<PackageId, Rank>> decisions;  ///< the root's included, by package id
  Statistics statistics;
};

/// The same provider gives the same outcome, whenever its answers come.
/// Out: a solution, or why there is none.
/// Errors: those of the provider; cancelled.
Result<std::variant<Solution, Derivation>> solve(Provider& provider, std::stop_token stop = {});

}  // namespace envtool::resolve::solver
