#include "runtime/native/native_engine.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "envtool/support/env_vars.hpp"
#include "envtool/support/files.hpp"
#include "envtool/support/process.hpp"
#include "runtime/native/compile.hpp"
#include "runtime/native/kernel.hpp"
#include "runtime/native/launch.hpp"
#include "runtime/native/probe.hpp"
#include "runtime/native/scratch.hpp"

namespace envtool::runtime::native {
namespace fs = std::filesystem;
namespace {

Result<LaunchPlan> plan_for(const oci::RuntimeSpec& spec, const store::Rootfs& rootfs,
                            const StartOptions& options, const fs::path& wanted_scratch) {
  ENVTOOL_TRY(const fs::path scratch, scratch_folder(wanted_scratch));
  ENVTOOL_TRY(LaunchPlan plan, compile(spec, rootfs.lowers, options, scratch));
  if (!plan.upper.empty()) {
    ENVTOOL_CHECK(make_directories(plan.upper));
    ENVTOOL_CHECK(make_directories(plan.work));
  }
  return plan;
}

}  // namespace

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
  auto running = launch(plan, how, signals);
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
