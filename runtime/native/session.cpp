// The engine's sessions: containers that go on without us.
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <sys/wait.h>

#include "envtool/support/process.hpp"
#include "runtime/native/cgroup.hpp"
#include "runtime/native/engine_plan.hpp"
#include "runtime/native/join.hpp"
#include "runtime/native/kernel.hpp"
#include "runtime/native/native_engine.hpp"
#include "runtime/native/probe.hpp"

namespace envtool::runtime::native {
namespace fs = std::filesystem;
namespace {

Result<UniqueFd> open_file(const fs::path& path, int flags) {
  UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC, 0600));
  if (!fd) return fail_errno("open", path.native());
  return fd;
}

/// A pidfd of the session's pid 1, checked against reuse of the pid; empty when it is gone.
UniqueFd hold(const Session& session) {
  if (session.init <= 0) return {};
  UniqueFd pidfd(pidfd_open(session.init));
  if (pidfd && process_start_time(session.init) != session.init_start_time) pidfd.reset();
  return pidfd;
}

/// True when the process has ended within the time.
bool ends_within(int pidfd, int milliseconds) {
  pollfd end{pidfd, POLLIN, 0};
  return ::poll(&end, 1, milliseconds) > 0;
}

}  // namespace

Result<Session> NativeEngine::start(const oci::RuntimeSpec& spec, const store::Rootfs& rootfs,
                                    const StartOptions& options, const fs::path& folder) {
  if (spec.process.terminal)
    return fail(Code::usage, "a session in the background has no terminal of its own");
  ENVTOOL_TRY(const LaunchPlan plan, plan_for(spec, rootfs, options, options_.scratch));
  ENVTOOL_TRY(const UniqueFd null, open_file("/dev/null", O_RDONLY));
  ENVTOOL_TRY(const UniqueFd log, open_file(folder / "log", O_WRONLY | O_CREAT | O_APPEND));
  ENVTOOL_TRY(const UniqueFd record, open_file(folder / "exit", O_WRONLY | O_CREAT | O_TRUNC));
  LaunchOptions how;
  how.streams[0] = null.get();
  how.streams[1] = how.streams[2] = log.get();
  how.exit_record = record.get();
  how.detached = true;
  ::malloc_trim(0);  // pid 1 keeps a copy of our memory for as long as the session runs
  const BlockedSignals signals;
  ENVTOOL_TRY(auto group, Cgroup::make(spec.linux_.resources));
  if (group) how.cgroup = group->fd();
  auto running = launch_with_network(plan, how, options, signals);
  if (!running) return fail(explain(std::move(running).error()));
  if (auto started = wait_started(*running, plan); !started) return fail(explain(std::move(started).error()));
  if (group) group->release();
  const auto start_time = process_start_time(running->pid);
  if (!start_time) {
    // A command that has ended already is no failure to start: `exit` and the log tell.
    ::waitpid(running->pid, nullptr, WNOHANG);
  }
  return Session{folder.filename().native(), running->pid, start_time.value_or(0), folder};
}

Result<int> NativeEngine::exec(const Session& session, const ExecOptions& options) {
  const UniqueFd init = hold(session);
  if (!init)
    return fail(Code::not_found, "session " + session.id + " is not running any more",
                "start it with `env up`");
  LaunchPlan plan;
  plan.args = options.args;
  plan.env = options.env;
  plan.cwd = options.cwd;
  plan.terminal = options.terminal;
  const BlockedSignals signals;
  ENVTOOL_TRY(Running running, join(init.get(), session.init, plan, {}, signals));
  WatchOptions watching;
  watching.leave_early = options_.process_leaves;
  watching.release_streams = options_.process_leaves;
  return watch(running, plan, std::move(watching));
}

Result<void> NativeEngine::stop(const Session& session, int grace_seconds) {
  const UniqueFd init = hold(session);
  if (!init) return {};
  pidfd_send_signal(init.get(), SIGTERM);
  if (!ends_within(init.get(), grace_seconds * 1000)) {
    pidfd_send_signal(init.get(), SIGKILL);
    if (!ends_within(init.get(), 10'000))
      return fail(Code::io, "session " + session.id + " does not end: a process in it hangs in the kernel");
  }
  ::waitpid(session.init, nullptr, WNOHANG);  // ours, if we started it
  return {};
}

bool NativeEngine::alive(const Session& session) const { return static_cast<bool>(hold(session)); }

}  // namespace envtool::runtime::native
