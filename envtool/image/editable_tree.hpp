#pragma once
// `-e PATH`: the project itself stays in the source tree that is mounted; the image has the link to it and
// its metadata (PEP 660).
#include <filesystem>

#include "envtool/image/image.hpp"

namespace envtool::image {

/// Let the key of each editable tree cover what its pyproject.toml says now (name, scripts, requirements):
/// the plan is made from the lock alone and cannot know. Errors: bad_input (pyproject.toml, with line), io.
Result<ImagePlan> with_editables(ImagePlan plan, const std::filesystem::path& project);

}  // namespace envtool::image
