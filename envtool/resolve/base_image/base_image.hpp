#pragma once
// env.yaml's `base`, `python` and `system` → what the lock pins of them, per platform.
#include <memory>
#include <span>

#include "envtool/project/lock.hpp"
#include "envtool/resolve/resolve.hpp"

namespace envtool::resolve::base_image {

struct BaseSolution {
  project::LockedBase base;
  project::LockedPython python;
  std::vector<project::LockedDeb> system;  ///< beyond the base, sorted by name
};

/// The base that env.yaml means: its own, else the release whose Python is the one asked for (design §3).
/// Errors: bad_input — no release has that Python, or the suite has another one (says which).
Result<project::Base> choose_base(const project::EnvYaml& yaml);

/// Resolves the base of every platform, in threads of its own from construction on, the first platform first.
/// The Python part needs only `python()`, which is there as soon as the archive's lists are read.
/// All references must outlive the object. Destruction cancels and waits.
class BaseResolver {
 public:
  BaseResolver(const project::EnvYaml& yaml, std::span<const Platform> platforms,
               const project::Lock* previous, const Upgrade& upgrade, Sources& sources, Events& events);
  ~BaseResolver();
  BaseResolver(const BaseResolver&) = delete;
  BaseResolver& operator=(const BaseResolver&) = delete;

  /// Waits. Errors: as `solution`. Any thread, any number of times.
  Result<project::LockedPython> python(const Platform& platform) const;
  /// Waits. Errors: bad_input, unsatisfiable, network, not_found, digest_mismatch, unsupported, cancelled;
  /// internal for a platform that was not given.
  Result<BaseSolution> solution(const Platform& platform) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace envtool::resolve::base_image
