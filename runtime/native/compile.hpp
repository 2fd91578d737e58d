#pragma once
// A runtime-spec document and what it does not say → the flat plan that the child executes. Pure.
#include <filesystem>
#include <vector>

#include "runtime/engine.hpp"
#include "runtime/native/launch_plan.hpp"

namespace envtool::runtime::native {

/// In: `lowers` bottom first; `scratch` an existing folder.
/// Errors: unsupported for what the native engine cannot do (hooks, block devices, a memory limit without a
/// cgroup: that one is the caller's to refuse), bad_input for an unknown mount option or limit, naming it.
Result<LaunchPlan> compile(const oci::RuntimeSpec& spec, const std::vector<std::filesystem::path>& lowers,
                           const StartOptions& options, const std::filesystem::path& scratch);

/// One mount of the document. `own_network`: a sysfs can be mounted new, else the host's is bound.
Result<MountEntry> compile_mount(const oci::RuntimeMount& mount, bool own_network);

}  // namespace envtool::runtime::native
