#pragma once
// The state of one solve. Private to the module: solver.cpp drives it.
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <tuple>
#include <vector>

#include "envtool/resolve/solver/partial_solution.hpp"
#include "envtool/resolve/solver/solver.hpp"

namespace envtool::resolve::solver {

class Search {
 public:
  explicit Search(Provider& provider) : provider_(provider) {}

  Result<std::variant<Solution, Derivation>> run(std::stop_token stop);

 private:
  // conflict.cpp
  /// Unit propagation from `package`. False: unsatisfiable, `failure_` says why.
  bool propagate(PackageId package);
  /// Learn from a conflict and jump back. The incompatibility that is almost satisfied afterwards, or none
  /// when there is no solution.
  std::optional<IncompatibilityId> resolve_conflict(IncompatibilityId conflict);
  struct Pivot;
  [[nodiscard]] Pivot find_pivot(const Incompatibility& incompatibility) const;
  [[nodiscard]] bool terminal(const Incompatibility& incompatibility) const;
  struct Verdict {
    Relation relation = Relation::satisfied;
    const Term* open = nullptr;  ///< the one term that is inconclusive
  };
  [[nodiscard]] Verdict judge(const Incompatibility& incompatibility) const;
  void backtrack(std::uint32_t level);

  // decision.cpp
  [[nodiscard]] std::optional<PackageId> next_undecided() const;
  /// Decide `package`, or learn why not. Afterwards propagation starts from it.
  Result<void> decide(PackageId package);
  Result<void> decide_like_base(PackageId package, PackageId base);
  Result<void> try_version(PackageId package, Rank version);
  IncompatibilityId add_dependency(PackageId package, Rank version, const Dependency& dependency);
  void add(IncompatibilityId id);
  void see(PackageId package);

  // Packages that conflict often are decided early, what they conflict with late.
  void record_conflict(PackageId affected, const Incompatibility& incompatibility);
  void reprioritise();

  enum class Standing : std::uint8_t { early, ordinary, late };
  struct PackageState {
    std::vector<IncompatibilityId> incompatibilities;  ///< that have a term for it
    std::uint32_t first_seen = ~std::uint32_t{0};
    std::uint32_t affected = 0, culprit = 0;
    Standing standing = Standing::ordinary;
  };
  PackageState& state(PackageId package);

  Provider& provider_;
  Arena arena_;
  PartialSolution partial_;
  std::vector<PackageState> states_;
  std::vector<std::uint32_t> contradicted_at_;  ///< by incompatibility: level at which a term became false
  std::vector<bool> retired_;                   ///< replaced by one that says more
  /// Dependencies of several versions of one package on the same set are one incompatibility.
  std::map<std::tuple<PackageId, PackageId, std::uint32_t>, std::vector<IncompatibilityId>> merged_;
  std::vector<PackageId> promoted_;
  IncompatibilityId failure_ = kNoIncompatibility;
  std::uint32_t seen_ = 0;
  Statistics statistics_;
};

}  // namespace envtool::resolve::solver
