#include "runtime/native/engine_plan.hpp"

#include <sys/wait.h>

#include "envtool/support/files.hpp"
#include "runtime/native/compile.hpp"
#include "runtime/native/kernel.hpp"
#include "runtime/native/pasta.hpp"
#include "runtime/native/scratch.hpp"

namespace envtool::runtime::native {
namespace fs = std::filesystem;

Result<LaunchPlan> plan_for(const oci::RuntimeSpec& spec, const store::Rootfs& rootfs,
                            const StartOptions& options, const fs::path& scratch) {
  ENVTOOL_TRY(const fs::path mount_point, scratch_folder(scratch));
  ENVTOOL_TRY(LaunchPlan plan, compile(spec, rootfs.lowers, options, mount_point));
  if (!plan.upper.empty()) {
    ENVTOOL_CHECK(make_directories(plan.upper));
    ENVTOOL_CHECK(make_directories(plan.work));
  }
  return plan;
}

Result<Running> launch_with_network(const LaunchPlan& plan, LaunchOptions how, const StartOptions& options,
                                    const BlockedSignals& signals) {
  if (options.network == NetworkMode::host) return launch(plan, how, signals);
  const bool isolated = options.network == NetworkMode::isolated;
  if (isolated) ENVTOOL_CHECK(find_pasta());
  how.wait_for_network = isolated;
  ENVTOOL_TRY(Running running, launch(plan, how, signals));
  if (!isolated) return running;
  const auto connect = [&]() -> Result<void> {
    // Its ids must be mapped before anybody can join it; the first report says that all is mounted.
    ENVTOOL_CHECK(wait_ready(running, plan));
    ENVTOOL_CHECK(connect_network(running.pid));
    return publish_ports(running.pid, running.pidfd.get(), options.ports);
  };
  if (auto connected = connect(); !connected) {
    pidfd_send_signal(running.pidfd.get(), SIGKILL);
    ::waitpid(running.pid, nullptr, 0);
    return fail(std::move(connected).error());
  }
  running.gate.reset();
  return running;
}

}  // namespace envtool::runtime::native
