#pragma once
#include "envtool/resolve/python/catalog.hpp"
#include "envtool/resolve/python/problem.hpp"
#include "envtool/resolve/python/provider.hpp"
#include "envtool/resolve/python/sdist.hpp"
#include "envtool/support/events.hpp"

namespace envtool::resolve::python {

/// What it takes to have the packages that requirements name by url.
struct FixedInputs {
  const PythonProblem& problem;
  Catalog& catalog;
  SdistWorkshop& workshop;
  std::filesystem::path cache;  ///< for clones of repositories
  bool plan_only = false;
  Events& events;
  /// A new folder on the disk that clones and builds use.
  std::function<Result<std::filesystem::path>()> scratch;
};

/// By normalised name, the commit that a requirement names; the wheel comes later.
using FixedCommits = std::map<std::string, project::LockedGit>;

/// The wheels and commits that requirements name by url, each as a page with one release; their metadata goes
/// into the catalog.
/// Errors: unsupported (source distributions), bad_input, digest_mismatch against `#sha256=`, network, those
/// of fetch_commit.
Result<void> fetch_fixed_sources(const Asked& asked, const FixedInputs& inputs, FixedSources& into,
                                 FixedCommits& commits);

}  // namespace envtool::resolve::python
