#include <algorithm>
#include <utility>

#include "envtool/resolve/solver/search.hpp"

namespace envtool::resolve::solver {
namespace {

/// uv's threshold (astral-sh/uv#8157): after so many conflicts the order is worth changing.
constexpr std::uint32_t kConflictThreshold = 5;

}  // namespace

Search::PackageState& Search::state(PackageId package) {
  if (states_.size() <= package) states_.resize(package + std::size_t{1});
  return states_[package];
}

void Search::see(PackageId package) {
  PackageState& seen = state(package);
  if (seen.first_seen == ~std::uint32_t{0}) seen.first_seen = seen_++;
}

void Search::add(IncompatibilityId id) {
  contradicted_at_.resize(arena_.size(), ~std::uint32_t{0});
  retired_.resize(arena_.size(), false);
  for (const Term& term : arena_[id].terms) state(term.package).incompatibilities.push_back(id);
}

std::optional<PackageId> Search::next_undecided() const {
  std::optional<PackageId> best;
  std::tuple<Urgency, Standing, std::uint32_t, PackageId> best_key;
  for (PackageId id = 0; id < partial_.packages(); ++id) {
    if (!partial_.undecided(id)) continue;
    // A package with extras follows its base, which is required whenever it is.
    if (auto base = provider_.base(id); base && partial_.undecided(*base)) continue;
    const PackageState& state = states_[id];
    Urgency urgency = provider_.urgency(id, *partial_.current(id));
    std::tuple key{urgency, state.standing, state.first_seen, id};
    if (!best || key < best_key) {
      best = id;
      best_key = key;
    }
  }
  return best;
}

Result<void> Search::decide(PackageId package) {
  if (auto base = provider_.base(package)) return decide_like_base(package, *base);
  const VersionSet allowed = *partial_.current(package);
  ENVTOOL_TRY(auto version, provider_.choose(package, allowed));
  if (!version) {
    add(arena_.no_version(package, allowed));
    return {};
  }
  return try_version(package, *version);
}

Result<void> Search::decide_like_base(PackageId package, PackageId base) {
  const VersionSet allowed = *partial_.current(package);
  auto version = partial_.decision(base);
  if (version && allowed.contains(*version)) return try_version(package, *version);
  // The whole set at once: one by one, each version would be tried only to learn the same.
  add(arena_.same_version(package, base, allowed));
  return {};
}

Result<void> Search::try_version(PackageId package, Rank version) {
  ENVTOOL_TRY(auto dependencies, provider_.dependencies(package, version));
  const VersionSet single = VersionSet::single(partial_.current(package)->candidates(), version);
  if (dependencies.unavailable) {
    add(arena_.unavailable(package, single, std::move(*dependencies.unavailable)));
    return {};
  }
  bool conflict = false;
  for (const Dependency& dependency : dependencies.list) {
    see(dependency.package);
    const IncompatibilityId id = add_dependency(package, version, dependency);
    // Choosing a version whose requirements are already violated would only be undone.
    bool violated = std::all_of(arena_[id].terms.begin(), arena_[id].terms.end(), [&](const Term& term) {
      return term.package == package ? single.subset_of(term.set)
                                     : partial_.relation(term) == Relation::satisfied;
    });
    if (violated && !conflict) record_conflict(package, arena_[id]);
    conflict = conflict || violated;
  }
  if (conflict) return {};
  ++statistics_.decisions;
  partial_.decide(package, version);
  return {};
}

IncompatibilityId Search::add_dependency(PackageId package, Rank version, const Dependency& dependency) {
  const VersionSet single = VersionSet::single(partial_.current(package)->candidates(), version);
  auto& same = merged_[{package, dependency.package, dependency.requirement}];
  for (IncompatibilityId& older : same) {
    const Cause& cause = arena_[older].cause;
    if (cause.dependency.allowed != dependency.allowed) continue;
    if (cause.versions.contains(version)) return older;
    retired_[older] = true;
    older = arena_.dependency(package, cause.versions | single, dependency);
    add(older);
    return older;
  }
  same.push_back(arena_.dependency(package, single, dependency));
  add(same.back());
  return same.back();
}

void Search::record_conflict(PackageId affected, const Incompatibility& incompatibility) {
  for (const Term& term : incompatibility.terms) {
    if (term.package == affected || !partial_.decision(term.package)) continue;
    if (term.package == provider_.root()) continue;
    PackageState& victim = state(affected);
    if (++victim.affected == kConflictThreshold && victim.standing != Standing::early)
      promoted_.push_back(affected);
    PackageState& culprit = state(term.package);
    if (++culprit.culprit == kConflictThreshold && culprit.standing == Standing::ordinary)
      culprit.standing = Standing::late;
  }
}

void Search::reprioritise() {
  for (PackageId package : std::exchange(promoted_, {})) {
    state(package).standing = Standing::early;
    // Back to before the first decision that it now precedes; what was learned stays.
    std::optional<std::uint32_t> level;
    for (PackageId id = 0; id < partial_.packages(); ++id) {
      if (states_[id].standing != Standing::late) continue;
      if (auto decided = partial_.decision_level(id); decided && (!level || *decided < *level))
        level = decided;
    }
    if (level && *level > 1) backtrack(*level - 1);
  }
}

}  // namespace envtool::resolve::solver
