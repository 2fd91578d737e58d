#include "runtime/native/launch.hpp"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>

#include "runtime/native/child.hpp"
#include "runtime/native/kernel.hpp"

namespace envtool::runtime::native {

BlockedSignals::BlockedSignals() {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before_);
}
BlockedSignals::~BlockedSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

Result<Running> launch(const LaunchPlan& plan, const LaunchOptions& options, const BlockedSignals& signals) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return fail_errno("make a socket pair", "");
  Running running;
  running.channel.reset(ends[0]);
  UniqueFd child_end(ends[1]);
  UniqueFd gate;
  if (options.wait_for_network) {
    if (::pipe2(ends, O_CLOEXEC) != 0) return fail_errno("make a pipe", "");
    gate.reset(ends[0]);
    running.gate.reset(ends[1]);
  }
  ChildState state(plan);
  state.mask = signals.before();
  state.channel = child_end.get();
  std::copy(std::begin(options.streams), std::end(options.streams), std::begin(state.streams));
  state.exit_record = options.exit_record;
  state.detached = options.detached;
  state.own_session = options.own_session;
  state.listener = options.record_ownership;
  state.wait_for_network = options.wait_for_network;
  state.gate = gate.get();
  state.gate_other_end = running.gate.get();
  prepare(state);
  // Writing our own id maps needs a dumpable process; one that was started set-user-ID is not.
  ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
  const std::uint64_t flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC |
                              (plan.own_network ? CLONE_NEWNET : 0U);
  int pidfd = -1;
  running.pid = clone_process(flags, &pidfd, options.cgroup);
  if (running.pid == 0) {
    ::close(running.channel.get());
    run_child(state);
  }
  if (running.pid < 0) return fail(error_of(plan, {Told::failed, Step::clone, 0, errno}));
  running.pidfd.reset(pidfd);
  return running;
}

Result<void> wait_ready(Running& running, const LaunchPlan& plan) {
  Report report;
  for (int fd = -1; hear(running.channel.get(), report, fd);) {
    UniqueFd carried(fd);
    if (report.told == Told::ready) return {};
    if (report.told == Told::terminal) running.terminal = std::move(carried);
    if (report.told == Told::failed) return fail(error_of(plan, report));
  }
  return fail(Code::internal, "the container ended while it was being set up");
}

Result<void> wait_started(Running& running, const LaunchPlan& plan) {
  Report report;
  for (int fd = -1; hear(running.channel.get(), report, fd);) {
    UniqueFd unused(fd);
    if (report.told == Told::started) return {};
    if (report.told == Told::failed) {
      ::waitpid(running.pid, nullptr, 0);
      return fail(error_of(plan, report));
    }
  }
  ::waitpid(running.pid, nullptr, 0);
  return fail(Code::internal, "the container ended while it was being set up");
}

}  // namespace envtool::runtime::native
