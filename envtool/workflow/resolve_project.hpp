#pragma once

#include "envtool/resolve/resolve.hpp"
#include "envtool/workflow/project_state.hpp"

namespace envtool::workflow {

/// Run the resolver for a project, with the old lock as preferences. Image IDs of platforms whose pins did
/// not change are kept.
Result<project::Lock> resolve_project(const ProjectState& state, const resolve::Upgrade& upgrade,
                                      Tools& tools, Events& events);

}  // namespace envtool::workflow
