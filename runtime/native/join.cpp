#include "runtime/native/join.hpp"

#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>

#include "runtime/native/kernel.hpp"
#include "runtime/native/pid1.hpp"
#include "runtime/native/pty.hpp"

namespace envtool::runtime::native {
namespace {

/// The host's network namespace cannot be entered by an ordinary user, and need not be.
bool has_own_network(pid_t pid) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/ns/net", static_cast<int>(pid));
  struct stat theirs {};
  struct stat ours {};
  return ::stat(path, &theirs) == 0 && ::stat("/proc/self/ns/net", &ours) == 0 &&
         theirs.st_ino != ours.st_ino;
}

bool enter(ChildState& state, int init, int namespaces) {
  // Undumpable until exec: a process of the container must not trace us while we still hold what is outside.
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  if (::setns(init, namespaces) != 0) return state.failing.fail(Step::enter);
  if (::chdir(state.plan.cwd.c_str()) != 0) return state.failing.fail(Step::working_directory);
  if (state.plan.terminal) {
    const int root = ::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    const int slave = open_terminal(root, false, state.channel, state.failing);
    return slave >= 0 && take_terminal(slave, state.failing);
  }
  for (int fd = 0; fd < 3; ++fd)
    if (state.streams[fd] >= 0 && ::dup2(state.streams[fd], fd) < 0)
      return state.failing.fail(Step::standard_streams);
  return true;
}

/// Between the caller and a command in the container: forwards signals, tells of stops and the end.
[[noreturn]] void stand_between(ChildState& state, pid_t command) {
  sigset_t all;
  ::sigfillset(&all);
  for (;;) {
    siginfo_t info{};
    if (::sigwaitinfo(&all, &info) < 0) continue;
    if (info.si_signo != SIGCHLD) {
      if (info.si_code <= 0) ::kill(state.plan.terminal ? -command : command, info.si_signo);
      continue;
    }
    int status = 0;
    while (::waitpid(command, &status, WNOHANG | WUNTRACED) == command) {
      if (!WIFSTOPPED(status)) {
        tell(state.channel, {Told::exited, Step::none, 0, shell_status(status)});
        ::_exit(shell_status(status));
      }
      tell(state.channel, {Told::stopped, Step::none, 0, WSTOPSIG(status)});
    }
  }
}

[[noreturn]] void run_joiner(ChildState& state, int init, int namespaces) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  pollfd parent{state.channel, 0, 0};
  if (::poll(&parent, 1, 0) > 0) ::_exit(125);
  pid_t command = -1;
  if (enter(state, init, namespaces)) {
    command = start_command(state);
    if (command < 0) state.failing.fail(Step::fork);
  }
  if (command < 0) {
    tell(state.channel, {Told::failed, state.failing.step, state.failing.index, state.failing.number});
    ::_exit(125);
  }
  let_go_of_files(state);
  stand_between(state, command);
}

}  // namespace

Result<Running> join(int init, pid_t init_pid, const LaunchPlan& plan, const LaunchOptions& options,
                     const BlockedSignals& signals) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return fail_errno("make a socket pair", "");
  Running running;
  running.channel.reset(ends[0]);
  const UniqueFd child_end(ends[1]);
  ChildState state(plan);
  state.mask = signals.before();
  state.channel = child_end.get();
  state.die_with_parent = true;
  std::copy(std::begin(options.streams), std::end(options.streams), std::begin(state.streams));
  prepare(state);
  const int namespaces = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC |
                         (has_own_network(init_pid) ? CLONE_NEWNET : 0);
  int pidfd = -1;
  running.pid = clone_process(0, &pidfd);
  if (running.pid == 0) {
    ::close(running.channel.get());
    run_joiner(state, init, namespaces);
  }
  if (running.pid < 0) return fail(error_of(plan, {Told::failed, Step::fork, 0, errno}));
  running.pidfd.reset(pidfd);
  return running;
}

}  // namespace envtool::runtime::native
