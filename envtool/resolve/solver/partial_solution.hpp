#pragma once
#include <optional>
#include <utility>
#include <vector>

#include "envtool/resolve/solver/incompatibility.hpp"

namespace envtool::resolve::solver {

enum class Relation : std::uint8_t { satisfied, contradicted, inconclusive };

/// Decisions and derivations so far, in order (solver.md, "Partial Solution"), kept per package with running
/// intersections so that relation and satisfier look at one package only.
class PartialSolution {
 public:
  [[nodiscard]] std::uint32_t level() const { return level_; }
  [[nodiscard]] Relation relation(const Term& term) const;

  void decide(PackageId package, Rank version);
  /// What follows when all other terms of `cause` hold: `package` is in `set`.
  void derive(PackageId package, const VersionSet& set, IncompatibilityId cause);
  void backtrack(std::uint32_t level);

  struct Satisfier {
    PackageId package = 0;
    std::uint64_t index = 0;  ///< place among all assignments
    std::uint32_t level = 0;
    IncompatibilityId cause = kNoIncompatibility;  ///< none for a decision
    [[nodiscard]] bool is_decision() const { return cause == kNoIncompatibility; }
  };
  /// The earliest assignment from which on `term` holds. It must hold.
  [[nodiscard]] Satisfier satisfier(const Term& term) const;

  [[nodiscard]] const VersionSet* current(PackageId package) const;
  [[nodiscard]] std::optional<Rank> decision(PackageId package) const;
  [[nodiscard]] std::optional<std::uint32_t> decision_level(PackageId package) const;
  /// Required (absent is excluded) and not decided yet.
  [[nodiscard]] bool undecided(PackageId package) const;
  [[nodiscard]] std::size_t packages() const { return packages_.size(); }
  [[nodiscard]] std::vector<std::pair<PackageId, Rank>> decisions() const;

 private:
  struct Assignment {
    std::uint64_t index;
    std::uint32_t level;
    IncompatibilityId cause;
    VersionSet running;  ///< intersection of all so far
  };
  struct Package {
    std::vector<Assignment> assignments;
    std::optional<Rank> decided;  ///< then the last assignment is the decision
  };
  void push(PackageId package, VersionSet set, IncompatibilityId cause);

  std::vector<Package> packages_;
  std::uint32_t level_ = 0;
  std::uint64_t next_index_ = 0;
};

}  // namespace envtool::resolve::solver
