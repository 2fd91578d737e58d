#include "runtime/native/engine_plan.hpp"

#include "envtool/support/files.hpp"
#include "runtime/native/compile.hpp"
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
  if (options.network != NetworkMode::isolated) return launch(plan, how, signals);
  return fail(Code::unsupported, "the isolated network is not available");
}

}  // namespace envtool::runtime::native
