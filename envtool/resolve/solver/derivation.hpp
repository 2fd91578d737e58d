#pragma once
#include <cstdint>
#include <vector>

#include "envtool/resolve/solver/incompatibility.hpp"

namespace envtool::resolve::solver {

/// Why there is no solution: a tree (as a graph, parts can be shared) whose leaves are facts from the
/// provider and whose root says that the root package cannot be chosen.
struct Derivation {
  struct Node {
    std::vector<Term> terms;
    Cause cause;              ///< `left` and `right` are indexes into `nodes` here
    std::uint32_t users = 0;  ///< how many nodes follow from this one
    [[nodiscard]] bool derived() const { return cause.kind == CauseKind::derived; }
  };
  std::vector<Node> nodes;  ///< causes before what follows from them; the last is the root
  [[nodiscard]] const Node& root() const { return nodes.back(); }
};

/// What `failure` follows from, without the rest of the arena.
Derivation derivation_of(const Arena& arena, IncompatibilityId failure);

}  // namespace envtool::resolve::solver
