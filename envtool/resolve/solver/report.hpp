#pragma once
#include <optional>
#include <string>
#include <vector>

#include "envtool/resolve/solver/derivation.hpp"

namespace envtool::resolve::solver {

/// How facts are put in words; the provider's side of an explanation.
class Phrasebook {
 public:
  virtual ~Phrasebook() = default;
  [[nodiscard]] virtual PackageId root() const = 0;
  /// "numpy <2", "numpy 1.26.4", "numpy" for any version. Never called with an empty set or for the root.
  [[nodiscard]] virtual std::string versions(PackageId package, const VersionSet& set) const = 0;
  /// A dependency as a clause: "pandas 2.2.0 needs numpy>=1.22.4", "you ask for numpy<2".
  [[nodiscard]] virtual std::string dependency(const Cause& cause) const = 0;
  /// Why nothing in the set is usable: a whole clause ("numpy has no version >=3 (the newest is 2.3.1)").
  [[nodiscard]] virtual std::string no_version(PackageId package, const VersionSet& set) const = 0;
  /// What a person can change about a dependency: "`numpy<2` (env.yaml:7)"; nothing for those of packages.
  [[nodiscard]] virtual std::optional<std::string> changeable(const Cause& cause) const = 0;
};

struct Report {
  /// From the facts to the conclusion, each complete. A long proof is only summed up here: who is involved,
  /// without the steps.
  std::vector<std::string> sentences;
  std::vector<std::string> proof;  ///< every step, for -v
  std::vector<std::string> advice;     ///< what to change
};

/// The explanation in sentences. Chains of "because … and because …" are joined where that stays readable.
/// Source: solver.md, "Error Reporting"; the words are ours.
Report report(const Derivation& derivation, const Phrasebook& words);

}  // namespace envtool::resolve::solver
