#pragma once
#include <filesystem>

#include "envtool/support/result.hpp"

namespace envtool::runtime::native {

/// The folder that roots are mounted on, made if absent: `wanted`, or $XDG_STATE_HOME/envtool/mnt. It stays
/// empty: each mount is in the mount namespace of its container only. Errors: io.
Result<std::filesystem::path> scratch_folder(const std::filesystem::path& wanted);

}  // namespace envtool::runtime::native
