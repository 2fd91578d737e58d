// The running container of a project: up, exec, ps, logs, down.
#include <fmt/format.h>

#include <algorithm>

#include "envtool/support/env_vars.hpp"
#include "envtool/workflow/build_project.hpp"
#include "envtool/workflow/container_spec.hpp"
#include "runtime/native/warm_plan.hpp"
#include "runtime/service/session_store.hpp"

namespace envtool::workflow {
namespace fs = std::filesystem;
using runtime::service::SessionRecord;
using runtime::service::SessionStore;

namespace {

constexpr std::chrono::hours kLogsKept{24 * 7};

/// Also where env.yaml is gone or broken since: a container can be listed and stopped without it.
std::string name_of(const fs::path& project) {
  const auto state = load_project(project);
  return state ? state->name() : project.filename().native();
}

SessionInfo describe(const SessionRecord& record) {
  SessionInfo info{.id = record.session.id,
                   .name = record.project.filename().native(),
                   .project = record.project,
                   .image = {},
                   .started = record.started,
                   .init_pid = record.session.init,
                   .ports = record.ports};
  if (const auto digest = Digest::parse(record.image)) info.image = *digest;
  return info;
}

Result<SessionRecord> start(const ProjectState& state, const Digest& image, const SessionStore& sessions,
                            Tools& tools, Events& events) {
  ENVTOOL_TRY(Container container, make_container(state, image, tools, events));
  ENVTOOL_TRY(const runtime::Session fresh, sessions.create());
  container.spec.process.args.clear();  // a keeper: pid 1 alone, which exec joins
  container.spec.process.cwd = kWorkspace;
  tools.close_client();
  ENVTOOL_TRY(const runtime::Session running,
              tools.engine().start(container.spec, container.rootfs, container.options, fresh.folder));
  SessionRecord record{.session = running,
                       .project = state.folder,
                       .image = image.str(),
                       .engine = tools.engine().name(),
                       .command = {},
                       .env = container.spec.process.env,
                       .network = container.options.network,
                       .ports = container.options.ports,
                       .started = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())};
  record.session.id = fresh.id;
  record.session.folder = fresh.folder;
  ENVTOOL_CHECK(sessions.put(record, &container.spec));
  runtime::native::WarmExec warm{.project = state.folder,
                                 .session = record.session,
                                 .env = record.env,
                                 .passed = passed_names(state.yaml)};
  for (const auto& name : warm.passed) {
    std::erase_if(warm.env, [&](const std::string& entry) { return entry.starts_with(name + "="); });
  }
  if (auto saved = runtime::native::save_warm_exec(tools.state, warm); !saved)
    events.detail(saved.error().what);
  return record;
}

Result<void> stop(const SessionRecord& record, int grace_seconds, Tools& tools) {
  ENVTOOL_CHECK(runtime::native::remove_warm_exec(tools.state, record.project));
  return tools.engine().stop(record.session, grace_seconds);
}

Failure none_running(const fs::path& project) {
  return fail(Code::not_found, fmt::format("{} has no running container", project.filename().native()),
              "start it with `env up --detach`");
}

}  // namespace

Result<UpResult> up(const UpRequest& request, Events& events) {
  ENVTOOL_TRY(Tools tools, Tools::open(&events));
  ENVTOOL_TRY(ProjectState state, with_lock(request.project, request.lock_mode, tools, events));
  ENVTOOL_TRY(BuildResult built, build_project(state, tools, events));
  ENVTOOL_TRY(const SessionStore sessions, SessionStore::open(tools.state));
  ENVTOOL_TRY(const FileLock guard, sessions.lock(state.folder));
  if (auto removed = sessions.remove_stale(kLogsKept); !removed) events.detail(removed.error().what);
  auto present = sessions.find(state.folder);
  if (present && present->image != built.image.str()) {
    events.note("the environment has changed: the running container is replaced");
    ENVTOOL_CHECK(stop(*present, 5, tools));
    present.reset();
  }
  UpResult result{.session = {}, .build = built, .started = !present};
  if (!present) {
    ENVTOOL_TRY(present, start(state, built.image, sessions, tools, events));
  }
  result.session = describe(*present);
  result.session.name = state.name();
  return result;
}

Result<int> exec(const ExecRequest& request, Events& events) {
  ENVTOOL_TRY(Tools tools, Tools::open());
  ENVTOOL_TRY(const SessionStore sessions, SessionStore::open(tools.state));
  const auto record = sessions.find(request.project);
  if (!record) return none_running(request.project);
  ENVTOOL_TRY(const ProjectState state, load_project(request.project));
  runtime::ExecOptions options{.args = request.process.args,
                               .env = record->env,
                               .cwd = working_folder(request.process, request.project),
                               .terminal = request.process.terminal};
  if (options.args.empty()) options.args = {"/bin/bash"};
  for (const auto& name : passed_names(state.yaml)) {
    if (const auto value = env_vars::get(name.c_str())) set_variable(options.env, name, *value);
  }
  for (const auto& [name, value] : request.process.env) set_variable(options.env, name, value);
  (void)events;
  if (request.before_start) request.before_start();
  return tools.engine().exec(record->session, options);
}

Result<std::vector<SessionInfo>> ps() {
  ENVTOOL_TRY(const SessionStore sessions, SessionStore::open(env_vars::state_dir()));
  std::vector<SessionInfo> out;
  for (const auto& record : sessions.list()) {
    if (!runtime::service::is_alive(record.session)) continue;
    out.push_back(describe(record));
    out.back().name = name_of(record.project);
  }
  std::reverse(out.begin(), out.end());
  return out;
}

Result<fs::path> log_file(const fs::path& project) {
  ENVTOOL_TRY(const SessionStore sessions, SessionStore::open(env_vars::state_dir()));
  const auto all = sessions.list();
  const auto found = std::find_if(all.rbegin(), all.rend(),
                                  [&](const SessionRecord& record) { return record.project == project; });
  if (found == all.rend()) return none_running(project);
  return found->session.folder / "log";
}

Result<DownResult> down(const fs::path& project, int grace_seconds) {
  ENVTOOL_TRY(Tools tools, Tools::open());
  ENVTOOL_TRY(const SessionStore sessions, SessionStore::open(tools.state));
  ENVTOOL_TRY(const FileLock guard, sessions.lock(project));
  const auto record = sessions.find(project);
  DownResult result{.name = name_of(project), .was_running = record.has_value()};
  if (record) ENVTOOL_CHECK(stop(*record, grace_seconds, tools));
  return result;
}

}  // namespace envtool::workflow
