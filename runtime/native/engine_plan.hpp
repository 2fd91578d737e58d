#pragma once
#include "runtime/engine.hpp"
#include "runtime/native/launch.hpp"

namespace envtool::runtime::native {

/// Compile, and make the folders that the plan names. `scratch` empty: the default. Errors: as `compile`; io.
Result<LaunchPlan> plan_for(const oci::RuntimeSpec& spec, const store::Rootfs& rootfs,
                            const StartOptions& options, const std::filesystem::path& scratch);

/// `launch`, and where the network is isolated the helpers that connect it, before the command starts.
/// Errors: as `launch`; unsupported without pasta or /dev/net/tun.
Result<Running> launch_with_network(const LaunchPlan& plan, LaunchOptions how, const StartOptions& options,
                                    const BlockedSignals& signals);

}  // namespace envtool::runtime::native
