#include "envtool/workflow/build_project.hpp"
#include "envtool/workflow/container_spec.hpp"
#include "runtime/native/warm_plan.hpp"

namespace envtool::workflow {
namespace {

struct Prepared {
  ProjectState state;
  Container container;
};

Result<Prepared> prepare(const RunRequest& request, Tools& tools, Events& events) {
  ENVTOOL_TRY(ProjectState state, with_lock(request.project, request.lock_mode, tools, events));
  ENVTOOL_TRY(const BuildResult built, build_project(state, tools, events));
  ENVTOOL_TRY(Container container, make_container(state, built.image, tools, events));
  return Prepared{.state = std::move(state), .container = std::move(container)};
}

/// The next `env run` of this project starts without us. Failing to write that down costs time, not the run.
void save_plan(const Prepared& prepared, Tools& tools, Events& events) {
  runtime::native::WarmRun warm{
      .project = prepared.state.folder,
      .inputs = {prepared.state.folder / kEnvYaml, prepared.state.folder / kEnvLock},
      .spec = prepared.container.spec,
      .rootfs = prepared.container.rootfs,
      .options = prepared.container.options,
      .passed = passed_names(prepared.state.yaml),
      .scratch = {}};
  for (const auto& file : prepared.state.yaml.included) warm.inputs.push_back(prepared.state.folder / file);
  // A plan outlives this call: what came from the caller's environment is taken afresh at every run.
  for (const auto& name : warm.passed) {
    std::erase_if(warm.spec.process.env,
                  [&](const std::string& entry) { return entry.starts_with(name + "="); });
  }
  if (auto saved = runtime::native::save_warm_run(tools.store, warm); !saved)
    events.detail(saved.error().what);
}

}  // namespace

Result<int> run(const RunRequest& request, Events& events) {
  ENVTOOL_TRY(Tools tools, Tools::open(&events));
  ENVTOOL_TRY(Prepared prepared, prepare(request, tools, events));
  save_plan(prepared, tools, events);
  ENVTOOL_CHECK(set_process(prepared.container.spec, request.process, prepared.state));
  tools.close_client();  // the engine forks: no other thread may run
  if (request.before_start) request.before_start();
  return tools.engine(request.process_leaves)
      .run(prepared.container.spec, prepared.container.rootfs, prepared.container.options);
}

Result<std::string> print_spec(const RunRequest& request, Events& events) {
  ENVTOOL_TRY(Tools tools, Tools::open(&events));
  ENVTOOL_TRY(Prepared prepared, prepare(request, tools, events));
  ENVTOOL_CHECK(set_process(prepared.container.spec, request.process, prepared.state));
  return oci::render(prepared.container.spec);
}

}  // namespace envtool::workflow
