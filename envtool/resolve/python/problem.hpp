#pragma once
// The requirements a person wrote, parsed and sorted out.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "envtool/formats/pep/requirement.hpp"
#include "envtool/resolve/python/python.hpp"

namespace envtool::resolve::python {

struct AskedRequirement {
  pep::Requirement requirement;
  project::Placed written;
};

struct Asked {
  std::vector<AskedRequirement> packages;                            ///< editables' own dependencies included
  std::map<std::string, std::vector<AskedRequirement>> constraints;  ///< by normalised name
  std::map<std::string, std::vector<AskedRequirement>> overrides;
};

/// Errors: bad_input with the place, two urls for one name; unsupported: `name @ git+…`.
Result<Asked> read_problem(const PythonProblem& problem);

/// "name version" of every `==` pin in packages, constraints and overrides.
std::set<std::string> exact_pins(const Asked& asked);

}  // namespace envtool::resolve::python
