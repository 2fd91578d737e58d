#pragma once
#include "envtool/image/image.hpp"
#include "envtool/workflow/project_state.hpp"

namespace envtool::workflow {

/// Have the image of the project's lock in the store, record its ID in env.lock the first time, check it ever
/// after. Errors: digest_mismatch when this build's image is not the one in the lock.
Result<BuildResult> build_project(ProjectState& state, Tools& tools, Events& events);

}  // namespace envtool::workflow
