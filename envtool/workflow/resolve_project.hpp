#pragma once
#include <string>
#include <vector>

#include "envtool/resolve/resolve.hpp"
#include "envtool/workflow/project_state.hpp"

namespace envtool::workflow {

/// Run the resolver for a project, with the old lock as preferences. Image IDs of platforms whose pins did
/// not change are kept.
Result<project::Lock> resolve_project(const ProjectState& state, const resolve::Upgrade& upgrade,
                                      Tools& tools, Events& events);

/// Sentences for what changed: "numpy 1.26.4 → 2.0.0", "+ xgboost 2.1.1", "- seaborn 0.13.2".
std::vector<std::string> describe(const std::vector<project::LockChange>& changes);

}  // namespace envtool::workflow
