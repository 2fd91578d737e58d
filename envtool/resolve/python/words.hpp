#pragma once
#include "envtool/resolve/python/provider.hpp"
#include "envtool/resolve/solver/report.hpp"

namespace envtool::resolve::python {

/// Puts the solver's facts about Python packages in words.
class PythonWords : public solver::Phrasebook {
 public:
  explicit PythonWords(const PythonProvider& provider) : provider_(provider) {}
  [[nodiscard]] solver::PackageId root() const override { return 0; }
  [[nodiscard]] std::string versions(solver::PackageId package, const solver::VersionSet& set) const override;
  [[nodiscard]] std::string dependency(const solver::Cause& cause) const override;
  [[nodiscard]] std::string no_version(solver::PackageId package,
                                       const solver::VersionSet& set) const override;
  [[nodiscard]] std::optional<std::string> changeable(const solver::Cause& cause) const override;

 private:
  [[nodiscard]] std::string name(solver::PackageId package) const;
  [[nodiscard]] std::string missing(const solver::Dependency& dependency) const;
  [[nodiscard]] std::string obstacle(solver::PackageId package, solver::Rank rank) const;
  [[nodiscard]] std::string wheels_there_are(const Release& release) const;
  /// Candidates that nobody would miss: a gap of only these does not split a range.
  [[nodiscard]] bool negligible(solver::PackageId package, solver::Rank rank) const;
  const PythonProvider& provider_;
};

}  // namespace envtool::resolve::python
