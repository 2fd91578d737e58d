#include "runtime/native/warm_plan.hpp"

#include "envtool/support/files.hpp"
#include "runtime/native/engine_plan.hpp"
#include "runtime/native/warm_run.hpp"

namespace envtool::runtime::native {
namespace fs = std::filesystem;
namespace {

WarmPlan plan_of(const fs::path& project, std::vector<std::string> passed) {
  WarmPlan plan;
  plan.version = warm_version();
  plan.project = project.native();
  plan.passed = std::move(passed);
  return plan;
}

}  // namespace

Result<void> save_warm_run(const store::Store& store, const WarmRun& run) {
  const auto& resources = run.spec.linux_.resources;
  if (run.options.network == NetworkMode::isolated || resources.memory_limit || resources.pids_limit)
    return {};
  WarmPlan plan = plan_of(run.project, run.passed);
  for (const auto& input : run.inputs) plan.stamps.push_back(stamp_of(input.native()));
  ENVTOOL_TRY(plan.launch, plan_for(run.spec, run.rootfs, run.options, run.scratch));
  plan.launch.args.clear();
  const fs::path file = run_plan_path(store.folder().native(), plan.project);
  ENVTOOL_CHECK(make_directories(file.parent_path(), 0700));
  return write_atomic(file, render_warm_plan(plan), 0600, false);
}

Result<void> save_warm_exec(const fs::path& state, const WarmExec& exec) {
  WarmPlan plan = plan_of(exec.project, exec.passed);
  plan.init = exec.session.init;
  plan.init_start_time = exec.session.init_start_time;
  plan.launch.env = exec.env;
  plan.launch.cwd = "/workspace";
  const fs::path file = exec_plan_path(state.native(), plan.project);
  ENVTOOL_CHECK(make_directories(file.parent_path(), 0700));
  return write_atomic(file, render_warm_plan(plan), 0600, false);
}

Result<void> remove_warm_exec(const fs::path& state, const fs::path& project) {
  return remove_tree(exec_plan_path(state.native(), project.native()));
}

}  // namespace envtool::runtime::native
