#include "runtime/native/native_engine.hpp"

#include <fcntl.h>

#include "runtime/native/cgroup.hpp"
#include "runtime/native/engine_plan.hpp"
#include "runtime/native/probe.hpp"

namespace envtool::runtime::native {

Result<int> NativeEngine::run(const oci::RuntimeSpec& spec, const store::Rootfs& rootfs,
                              const StartOptions& options) {
  ENVTOOL_TRY(const LaunchPlan plan, plan_for(spec, rootfs, options, options_.scratch));
  const BlockedSignals signals;
  LaunchOptions how;
  UniqueFd null;
  if (!options.keep_stdin) {
    null.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    how.streams[0] = null.get();
  }
  ENVTOOL_TRY(auto group, Cgroup::make(spec.linux_.resources));
  if (group) how.cgroup = group->fd();
  auto running = launch_with_network(plan, how, options, signals);
  if (!running) return fail(explain(std::move(running).error()));
  WatchOptions watching;
  // A second container on the same upper before the first has let go of it would find it busy.
  watching.leave_early = options_.process_leaves && plan.upper.empty();
  watching.release_streams = options_.process_leaves;
  auto code = watch(*running, plan, std::move(watching));
  if (!code) return fail(explain(std::move(code).error()));
  return code;
}

}  // namespace envtool::runtime::native
