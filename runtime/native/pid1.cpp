#include "runtime/native/pid1.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <cstdio>
#include <ctime>

#include "runtime/native/kernel.hpp"
#include "runtime/native/userns.hpp"

namespace envtool::runtime::native {
namespace {

[[noreturn]] void finish(const ChildState& state, int code) {
  if (state.exit_record >= 0) {
    char text[16];
    const int size = std::snprintf(text, sizeof text, "%d\n", code);
    if (::write(state.exit_record, text, static_cast<std::size_t>(size)) < 0) ::_exit(code);
  }
  tell(state.channel, {Told::exited, Step::none, 0, code});
  ::_exit(code);
}

void reap(const ChildState& state, pid_t command) {
  for (;;) {
    int status = 0;
    const pid_t pid = ::waitpid(-1, &status, WNOHANG | WUNTRACED);
    if (pid <= 0) return;
    if (pid != command) continue;
    if (!WIFSTOPPED(status)) finish(state, shell_status(status));
    tell(state.channel, {Told::stopped, Step::none, 0, WSTOPSIG(status)});
  }
}

/// A keeper asked to end asks everything that was joined to it, and ends when it is alone. Whoever asked
/// kills us when that takes too long.
[[noreturn]] void close_down(const ChildState& state) {
  for (const int number : {SIGTERM, SIGHUP, SIGCONT})
    ::kill(-1, number);  // an interactive shell heeds SIGHUP
  while (::kill(-1, 0) == 0) {
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    const timespec pause{0, 5'000'000};
    ::nanosleep(&pause, nullptr);
  }
  finish(state, 0);
}

void forward(const ChildState& state, pid_t command, const siginfo_t& info) {
  // From outside the pid namespace the sender is 0. What the terminal sends (positive codes) has reached the
  // command by itself, because it is in the same process group.
  if (info.si_code > 0 || info.si_pid != 0) return;
  if (command > 0) {
    ::kill(state.plan.terminal ? -command : command, info.si_signo);
  } else if (info.si_signo == SIGTERM || info.si_signo == SIGINT) {
    close_down(state);
  }
}

}  // namespace

/// Nothing of the caller's stays open here: a pipe must end when the command closes it. What is kept moves to
/// 3 and 4.
void let_go_of_files(ChildState& state) {
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; fd < 3; ++fd) null < 0 ? ::close(fd) : ::dup2(null, fd);
  const int channel = state.channel < 0 ? -1 : ::fcntl(state.channel, F_DUPFD_CLOEXEC, 10);
  const int record = state.exit_record < 0 ? -1 : ::fcntl(state.exit_record, F_DUPFD_CLOEXEC, 10);
  state.channel = channel < 0 ? -1 : ::dup3(channel, 3, O_CLOEXEC);
  state.exit_record = record < 0 ? -1 : ::dup3(record, 4, O_CLOEXEC);
  const unsigned first = state.exit_record >= 0 ? 5 : state.channel >= 0 ? 4 : 3;
  ::syscall(SYS_close_range, first, ~0U, 0);
  if (state.exit_record >= 0 && state.channel < 0) ::close(3);
}

pid_t start_command(ChildState& state) {
  // vfork saves 0.15 ms; the command shares our memory until it executes, which is how `failing` comes back.
  const pid_t command = ::vfork();
  if (command != 0) return command;
  if (state.die_with_parent) ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (state.plan.terminal) {
    sigset_t background;
    ::sigemptyset(&background);
    ::sigaddset(&background, SIGTTOU);
    ::sigprocmask(SIG_BLOCK, &background, nullptr);
    ::setpgid(0, 0);
    ::tcsetpgrp(0, ::getpid());
  }
  execute(state);
}

int shell_status(int wait_status) {
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

void run_pid1(ChildState& state) {
  pid_t command = -1;
  if (!state.plan.args.empty()) {
    command = start_command(state);
    if (command < 0) {
      state.failing.fail(Step::fork);
      tell(state.channel, {Told::failed, Step::fork, 0, state.failing.number});
      ::_exit(125);
    }
  }
  let_go_of_files(state);
  guard_pid1(state.plan);
  if (state.failing.step == Step::none) tell(state.channel, {Told::started, Step::none, 0, 0});
  sigset_t all;
  ::sigfillset(&all);
  for (;;) {
    siginfo_t info{};
    if (::sigwaitinfo(&all, &info) < 0) continue;
    if (info.si_signo == SIGCHLD) {
      reap(state, command);
    } else {
      forward(state, command, info);
    }
  }
}

}  // namespace envtool::runtime::native
