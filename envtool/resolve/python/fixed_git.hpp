#pragma once
// `name @ git+https://…@revision#subdirectory=…`: a commit as a package with one release.
#include "envtool/resolve/python/catalog.hpp"
#include "envtool/resolve/python/fixed_source.hpp"
#include "envtool/resolve/python/problem.hpp"

namespace envtool::resolve::python {

/// Pin the commit and learn the project's version and requirements: from its pyproject.toml when that says
/// all, else by building it.
/// Errors: bad_input (the address, another project's name, a failed build), not_found (no such repository or
/// revision), unsupported (it has to be built, and nothing here can build it), network.
Result<std::shared_ptr<const Page>> fetch_commit(const AskedRequirement& asked, const FixedInputs& inputs,
                                                 FixedCommits& commits);

}  // namespace envtool::resolve::python
