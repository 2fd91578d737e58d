#pragma once
#include "runtime/native/launch.hpp"

namespace envtool::runtime::native {

/// Enter the namespaces of the container whose pid 1 is `init` (a pidfd) and run `plan`'s command there: its
/// args, env, cwd, terminal and limits count, the rest is the container's. `watch` does the rest. Source:
/// setns(2) with a pidfd.
Result<Running> join(int init, pid_t init_pid, const LaunchPlan& plan, const LaunchOptions& options,
                     const BlockedSignals& signals);

}  // namespace envtool::runtime::native
