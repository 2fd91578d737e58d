#pragma once
#include "envtool/resolve/python/catalog.hpp"
#include "envtool/resolve/python/problem.hpp"
#include "envtool/resolve/python/provider.hpp"

namespace envtool::resolve::python {

/// `-e PATH` (or `PATH[extra]`): the project's own name, version and requirements, read from its
/// pyproject.toml without running anything. Each becomes a package that is asked for.
/// Out: normalised name → path as written.
/// Errors: not_found, bad_input with the place in env.yaml; unsupported when the requirements are dynamic.
Result<std::map<std::string, std::string>> read_editables(const PythonProblem& problem, Asked& asked,
                                                          FixedSources& fixed, Catalog& catalog);

}  // namespace envtool::resolve::python
