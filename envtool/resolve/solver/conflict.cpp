#include <algorithm>

#include "envtool/resolve/solver/search.hpp"

namespace envtool::resolve::solver {
namespace {

constexpr std::uint32_t kNever = ~std::uint32_t{0};

}  // namespace

Search::Verdict Search::judge(const Incompatibility& incompatibility) const {
  Verdict verdict;
  for (const Term& term : incompatibility.terms) {
    switch (partial_.relation(term)) {
      case Relation::satisfied:
        break;
      case Relation::contradicted:
        return {Relation::contradicted, &term};
      case Relation::inconclusive:
        if (verdict.open != nullptr) return {Relation::inconclusive, nullptr};
        verdict = {Relation::inconclusive, &term};
    }
  }
  return verdict;
}

bool Search::propagate(PackageId package) {
  std::vector<PackageId> changed{package};
  while (!changed.empty()) {
    const PackageId current = changed.back();
    changed.pop_back();
    // Newest first: what was just learned is the likeliest to say something.
    const auto list = state(current).incompatibilities;
    for (auto id = list.rbegin(); id != list.rend(); ++id) {
      if (retired_[*id] || contradicted_at_[*id] <= partial_.level()) continue;
      Verdict verdict = judge(arena_[*id]);
      if (verdict.relation == Relation::contradicted) {
        contradicted_at_[*id] = partial_.level();
        continue;
      }
      if (verdict.relation == Relation::inconclusive) {
        if (verdict.open == nullptr) continue;
        partial_.derive(verdict.open->package, verdict.open->set.complement(), *id);
        contradicted_at_[*id] = partial_.level();
        changed.push_back(verdict.open->package);
        continue;
      }
      auto learned = resolve_conflict(*id);
      if (!learned) return false;
      verdict = judge(arena_[*learned]);
      partial_.derive(verdict.open->package, verdict.open->set.complement(), *learned);
      contradicted_at_[*learned] = partial_.level();
      changed.assign(1, verdict.open->package);
      break;
    }
  }
  return true;
}

struct Search::Pivot {
  PartialSolution::Satisfier satisfier;
  std::uint32_t previous_level = 1;
};

/// The assignment that made the incompatibility hold, and the level at which it would still have held a
/// decision's breadth before.
Search::Pivot Search::find_pivot(const Incompatibility& incompatibility) const {
  Pivot pivot;
  const Term* satisfied = nullptr;
  for (const Term& term : incompatibility.terms) {
    auto satisfier = partial_.satisfier(term);
    if (satisfied == nullptr || satisfier.index > pivot.satisfier.index) {
      if (satisfied != nullptr) pivot.previous_level = std::max(pivot.previous_level, pivot.satisfier.level);
      pivot.satisfier = satisfier;
      satisfied = &term;
    } else {
      pivot.previous_level = std::max(pivot.previous_level, satisfier.level);
    }
  }
  if (pivot.satisfier.is_decision()) return pivot;
  // When the satisfier alone does not imply the term, an earlier assignment of the same package helped.
  const VersionSet* excluded = arena_[pivot.satisfier.cause].find(pivot.satisfier.package);
  VersionSet rest = excluded->complement() & satisfied->set.complement();
  if (!rest.empty()) {
    auto helper = partial_.satisfier({pivot.satisfier.package, rest.complement()});
    pivot.previous_level = std::max(pivot.previous_level, helper.level);
  }
  return pivot;
}

bool Search::terminal(const Incompatibility& incompatibility) const {
  if (incompatibility.terms.empty()) return true;
  return incompatibility.terms.size() == 1 && incompatibility.terms[0].package == provider_.root() &&
         incompatibility.terms[0].positive();
}

std::optional<IncompatibilityId> Search::resolve_conflict(IncompatibilityId conflict) {
  ++statistics_.conflicts;
  IncompatibilityId current = conflict;
  while (true) {
    if (terminal(arena_[current])) {
      failure_ = current;
      return std::nullopt;
    }
    const Pivot pivot = find_pivot(arena_[current]);
    if (pivot.satisfier.is_decision() || pivot.previous_level < pivot.satisfier.level) {
      record_conflict(pivot.satisfier.package, arena_[current]);
      backtrack(pivot.previous_level);
      if (current != conflict) add(current);
      return current;
    }
    current = arena_.resolve(current, pivot.satisfier.cause, pivot.satisfier.package);
  }
}

void Search::backtrack(std::uint32_t level) {
  ++statistics_.backjumps;
  partial_.backtrack(level);
  for (std::uint32_t& at : contradicted_at_)
    if (at > level) at = kNever;
}

}  // namespace envtool::resolve::solver
