#pragma once
#include "envtool/resolve/python/provider.hpp"
#include "envtool/resolve/python/sdist.hpp"
#include "envtool/resolve/solver/solver.hpp"
#include "envtool/support/events.hpp"

namespace envtool::resolve::python {

/// One chosen package.
struct Pick {
  std::string name;
  std::string version;  ///< as the index spells it
  const Page* page = nullptr;
  const Release* release = nullptr;
  const File* file = nullptr;
  bool fixed_source = false;
  std::set<std::string> extras;
  std::vector<std::string> requires_names;
};

struct TargetSolution {
  std::vector<Pick> picks;  ///< sorted by name; their pages belong to the catalog
  solver::Statistics statistics;
  std::set<std::string> remarks;
};

struct SolveInputs {
  Catalog& catalog;
  const Asked& asked;
  const FixedSources& fixed;
  SdistWorkshop& workshop;
  Events& events;
};

/// Errors: unsatisfiable with sentences and hints; those of the catalog.
Result<TargetSolution> solve_target(const SolveInputs& inputs, const Target& target,
                                    std::map<std::string, std::string> prefer);

}  // namespace envtool::resolve::python
