#pragma once
#include <filesystem>
#include <optional>

#include "envtool/project/lock.hpp"
#include "envtool/support/events.hpp"
#include "envtool/support/result.hpp"
#include "envtool/workflow/tools.hpp"
#include "envtool/workflow/workflow.hpp"

namespace envtool::workflow {

inline constexpr const char* kEnvYaml = "env.yaml";
inline constexpr const char* kEnvLock = "env.lock";

/// env.yaml and, where there is one, env.lock.
struct ProjectState {
  std::filesystem::path folder;
  project::EnvYaml yaml;
  Digest inputs;  ///< what a lock must answer
  std::optional<project::Lock> lock;
  [[nodiscard]] bool current() const { return lock && lock->inputs == inputs; }
  [[nodiscard]] std::string name() const;  ///< env.yaml's `name`, else the folder's
};

/// Errors: bad_input with places; not_found.
Result<ProjectState> load_project(const std::filesystem::path& folder);

/// The same, and resolve as `mode` allows. One process a project resolves; a second waits and finds the lock
/// current. Errors: stale_lock; whatever resolve() gives.
Result<ProjectState> with_lock(const std::filesystem::path& folder, LockMode mode, Tools& tools,
                               Events& events);

/// Write env.lock where it differs from what is there. Errors: io.
Result<void> write_lock(const std::filesystem::path& folder, const project::Lock& lock);

/// The part of the lock for this machine. Errors: unsupported (the lock has other platforms only).
Result<const project::LockedPlatform*> host_part(const ProjectState& state);

}  // namespace envtool::workflow
