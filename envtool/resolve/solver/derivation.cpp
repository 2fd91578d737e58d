#include "envtool/resolve/solver/derivation.hpp"

#include <set>
#include <unordered_map>

namespace envtool::resolve::solver {

Derivation derivation_of(const Arena& arena, IncompatibilityId failure) {
  std::set<IncompatibilityId> wanted{failure};
  // A cause is always older than what follows from it, so one descending pass finds all.
  for (auto id = wanted.end(); id != wanted.begin();) {
    --id;
    const Cause& cause = arena[*id].cause;
    if (cause.kind != CauseKind::derived) continue;
    wanted.insert(cause.left);
    wanted.insert(cause.right);
  }
  Derivation derivation;
  std::unordered_map<IncompatibilityId, IncompatibilityId> place;
  for (IncompatibilityId id : wanted) {
    place[id] = static_cast<IncompatibilityId>(derivation.nodes.size());
    derivation.nodes.push_back({arena[id].terms, arena[id].cause, 0});
    Cause& cause = derivation.nodes.back().cause;
    if (cause.kind != CauseKind::derived) continue;
    cause.left = place[cause.left];
    cause.right = place[cause.right];
    ++derivation.nodes[cause.left].users;
    ++derivation.nodes[cause.right].users;
  }
  return derivation;
}

}  // namespace envtool::resolve::solver
