#include "envtool/resolve/solver/phrases.hpp"

#include <vector>

#include "envtool/support/text.hpp"

namespace envtool::resolve::solver {
namespace {

std::string fact(const Cause& cause, const Phrasebook& words) {
  switch (cause.kind) {
    case CauseKind::dependency:
      return words.dependency(cause);
    case CauseKind::same_version:
      return words.versions(cause.package, cause.versions) + " needs the same version of " +
             words.versions(cause.dependency.package, VersionSet::any(cause.versions.candidates()));
    case CauseKind::no_version:
      return words.no_version(cause.package, cause.versions);
    case CauseKind::unavailable:
      return words.versions(cause.package, cause.versions) + " cannot be used (" + cause.reason + ")";
    case CauseKind::root:
    case CauseKind::derived:
      break;
  }
  return "your requirements have to be met";
}

/// What a term that must not hold says about its package when it is turned around.
std::string wanted(const Term& term, const Phrasebook& words) {
  return words.versions(term.package, term.set.complement());
}

std::string conclusion(const std::vector<Term>& terms, const Phrasebook& words) {
  std::vector<std::string> chosen, needed;
  for (const Term& term : terms) {
    if (term.package == words.root()) continue;
    if (term.positive()) chosen.push_back(words.versions(term.package, term.set));
    else if (term.set.complement().empty()) continue;
    else needed.push_back(wanted(term, words));
  }
  if (chosen.empty() && needed.empty()) return "your requirements cannot be met together";
  if (chosen.empty()) return enumerate(needed, "or") + " is needed";
  if (needed.empty())
    return chosen.size() == 1 ? chosen[0] + " cannot be used"
                              : enumerate(chosen) + " cannot be used together";
  return enumerate(chosen) + (chosen.size() == 1 ? " needs " : " together need ") + enumerate(needed, "or");
}

}  // namespace

std::string clause(const Derivation::Node& node, const Phrasebook& words) {
  return node.derived() ? conclusion(node.terms, words) : fact(node.cause, words);
}

}  // namespace envtool::resolve::solver
