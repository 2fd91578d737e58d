#include "envtool/resolve/solver/partial_solution.hpp"

#include <algorithm>

namespace envtool::resolve::solver {

Relation PartialSolution::relation(const Term& term) const {
  const VersionSet* now = current(term.package);
  if (now == nullptr) return term.set.empty() ? Relation::contradicted : Relation::inconclusive;
  if (now->subset_of(term.set)) return Relation::satisfied;
  return now->disjoint(term.set) ? Relation::contradicted : Relation::inconclusive;
}

void PartialSolution::push(PackageId package, VersionSet set, IncompatibilityId cause) {
  if (packages_.size() <= package) packages_.resize(package + std::size_t{1});
  auto& assignments = packages_[package].assignments;
  if (!assignments.empty()) set &= assignments.back().running;
  assignments.push_back({next_index_++, level_, cause, std::move(set)});
}

void PartialSolution::decide(PackageId package, Rank version) {
  ++level_;
  const VersionSet* now = current(package);
  push(package, VersionSet::single(now->candidates(), version), kNoIncompatibility);
  packages_[package].decided = version;
}

void PartialSolution::derive(PackageId package, const VersionSet& set, IncompatibilityId cause) {
  push(package, set, cause);
}

void PartialSolution::backtrack(std::uint32_t level) {
  for (Package& package : packages_) {
    auto& assignments = package.assignments;
    if (assignments.empty() || assignments.back().level <= level) continue;
    while (!assignments.empty() && assignments.back().level > level) assignments.pop_back();
    // A decision is always the last assignment of its package.
    package.decided.reset();
  }
  level_ = level;
}

PartialSolution::Satisfier PartialSolution::satisfier(const Term& term) const {
  const auto& assignments = packages_[term.package].assignments;
  auto first = std::partition_point(
      assignments.begin(), assignments.end(),
      [&](const Assignment& assignment) { return !assignment.running.subset_of(term.set); });
  return {term.package, first->index, first->level, first->cause};
}

const VersionSet* PartialSolution::current(PackageId package) const {
  if (package >= packages_.size() || packages_[package].assignments.empty()) return nullptr;
  return &packages_[package].assignments.back().running;
}

std::optional<Rank> PartialSolution::decision(PackageId package) const {
  return package < packages_.size() ? packages_[package].decided : std::nullopt;
}

std::optional<std::uint32_t> PartialSolution::decision_level(PackageId package) const {
  if (!decision(package)) return std::nullopt;
  return packages_[package].assignments.back().level;
}

bool PartialSolution::undecided(PackageId package) const {
  const VersionSet* now = current(package);
  return now != nullptr && !packages_[package].decided && !now->contains_absent();
}

std::vector<std::pair<PackageId, Rank>> PartialSolution::decisions() const {
  std::vector<std::pair<PackageId, Rank>> list;
  for (PackageId id = 0; id < packages_.size(); ++id)
    if (packages_[id].decided) list.emplace_back(id, *packages_[id].decided);
  return list;
}

}  // namespace envtool::resolve::solver
