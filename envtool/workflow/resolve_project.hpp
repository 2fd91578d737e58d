#pragma once

#include "envtool/image/image.hpp"
#include "envtool/resolve/resolve.hpp"
#include "envtool/workflow/project_state.hpp"

namespace envtool::workflow {

/// Run the resolver for a project, with the old lock as preferences. Image IDs of platforms whose pins did
/// not change are kept.
Result<project::Lock> resolve_project(const ProjectState& state, const resolve::Upgrade& upgrade,
                                      Tools& tools, Events& events);

/// Wheels that were built when the lock was made are nowhere to be fetched from. Those of `plan` that this
/// store does not have are built again from what the lock pins.
Result<void> rebuild_wheels(const ProjectState& state, const project::LockedPlatform& part,
                            const image::ImagePlan& plan, Tools& tools, Events& events);

}  // namespace envtool::workflow
