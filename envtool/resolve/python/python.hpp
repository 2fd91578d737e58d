#pragma once
// Python packages: requirements → one set of pinned wheels a platform (design §1, §4).
//
// The index is asked while the solver runs: a page as soon as a name is known, the METADATA of the likely
// pick as soon as its page is read (docs/decisions/resolver.md).
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "envtool/net/client.hpp"
#include "envtool/project/env_yaml.hpp"
#include "envtool/project/lock.hpp"
#include "envtool/store/store.hpp"
#include "envtool/support/events.hpp"
#include "envtool/support/executor.hpp"
#include "envtool/support/platform.hpp"
#include "envtool/support/result.hpp"

namespace envtool::resolve::python {

/// One platform to resolve for: what the image has, never what the host has.
struct PythonTarget {
  Platform platform;
  std::string python;  ///< full version: "3.11.2"
  std::string libc;    ///< "glibc 2.36" or "musl 1.2", as LockedPython has it
  /// Normalised name → version that the previous lock pins and that is not being upgraded. A pin is tried
  /// first, and may be yanked.
  std::map<std::string, std::string> pins;
};

struct PythonProblem {
  std::vector<project::Placed> packages;     ///< PEP 508
  std::vector<project::Placed> editables;    ///< paths, relative to `project`
  std::vector<project::Placed> constraints;  ///< narrow a package if something asks for it
  std::vector<project::Placed> overrides;    ///< replace every requirement for that package
  std::vector<project::Index> indexes;       ///< of env.yaml; the default index is in PythonSources
  std::optional<std::chrono::sys_seconds> exclude_newer;
  std::filesystem::path project;  ///< folder of env.yaml
  std::vector<PythonTarget> targets;
};

/// Where a source distribution is built: a root filesystem that has the target's Python.
struct BuildRoot {
  std::vector<std::filesystem::path> lowers;  ///< trees, bottom first
  std::string executable;                     ///< /usr/bin/python3.11
};

/// What it takes to build source distributions; without an executor they are refused.
struct SdistBuilder {
  Executor* executor = nullptr;
  /// Asked once a platform, and only when something has to be built. Errors: those of making the base.
  std::function<Result<BuildRoot>(const Platform&)> root;
  /// Take source distributions whose metadata is static, and leave LockedSdist::wheel empty: a plan, not a
  /// lock.
  bool plan_only = false;
};

struct PythonSources {
  net::Client& client;
  const store::Store* store = nullptr;  ///< where wheels that we build are put
  std::filesystem::path cache;          ///< folder; empty: keep nothing
  std::string default_index = "https://pypi.org/simple";
  SdistBuilder sdist;
  std::chrono::seconds index_time_to_live{600};  ///< how long a page is believed without asking again
};

struct PythonSolution {
  /// In the order of PythonProblem::targets; each sorted by name, ready for the lock.
  std::vector<std::vector<project::LockedPackage>> packages;
};

/// Resolve for every target, preferring one set of versions for all of them. Where they must differ, and
/// where a pick is a pre-release, yanked or years old, `events` hears it. Errors: unsatisfiable (the chain in
/// sentences, hints say what to change), bad_input (a requirement, with its place), not_found, network,
/// digest_mismatch, unsupported, cancelled.
Result<PythonSolution> resolve_python(const PythonProblem& problem, PythonSources& sources, Events& events);

/// Build again, from its pinned source and build requirements, a wheel that a lock says was built and that
/// the store does not have, and put it there. Errors: digest_mismatch (the build gives other bytes now),
/// those of fetching and building.
Result<void> rebuild_wheel(const project::LockedPackage& package, const PythonTarget& target,
                           PythonSources& sources, Events& events);

}  // namespace envtool::resolve::python
