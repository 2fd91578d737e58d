#include "runtime/native/child.hpp"

#include <poll.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cstring>

#include "runtime/native/kernel.hpp"
#include "runtime/native/limits.hpp"
#include "runtime/native/mounts.hpp"
#include "runtime/native/network.hpp"
#include "runtime/native/pid1.hpp"
#include "runtime/native/pty.hpp"
#include "runtime/native/rootfs.hpp"
#include "runtime/native/seccomp.hpp"
#include "runtime/native/userns.hpp"

namespace envtool::runtime::native {
namespace {

void say(const char* text) {
  if (::write(2, text, std::strlen(text)) < 0) return;  // nobody to tell
}

void tell_failure(const ChildState& state) {
  tell(state.channel, {Told::failed, state.failing.step, state.failing.index, state.failing.number});
}

/// As the shell does it: names with a slash as they are, others along PATH; a text file without #! is a
/// script of sh. Out: errno of the most telling failure.
int execute_along_path(ChildState& state) {
  char** arguments = state.arguments.data();
  char** environment = state.environment.data();
  const auto attempt = [&](const char* path) {
    ::execve(path, arguments, environment);
    if (errno != ENOEXEC || state.arguments.size() > 64) return errno;
    char* script[66] = {const_cast<char*>("/bin/sh"), const_cast<char*>(path)};
    std::copy(arguments + 1, arguments + state.arguments.size(), script + 2);
    ::execve(script[0], script, environment);
    return ENOEXEC;
  };
  const char* name = arguments[0];
  if (std::strchr(name, '/') != nullptr) return attempt(name);
  if (*name == '\0') return ENOENT;
  int telling = ENOENT;
  char path[4096];
  const std::size_t length = std::strlen(name);
  for (const char* at = state.search_path.c_str(); *at != '\0';) {
    const char* end = std::strchr(at, ':');
    const std::size_t size = end == nullptr ? std::strlen(at) : static_cast<std::size_t>(end - at);
    if (size > 0 && size + length + 2 <= sizeof path) {
      std::memcpy(path, at, size);
      path[size] = '/';
      std::memcpy(path + size + 1, name, length + 1);
      if (const int number = attempt(path); number != ENOENT && number != ENOTDIR) telling = number;
    }
    at = end == nullptr ? at + size : end + 1;
  }
  return telling;
}

bool redirect(ChildState& state) {
  for (int fd = 0; fd < 3; ++fd)
    if (state.streams[fd] >= 0 && ::dup2(state.streams[fd], fd) < 0)
      return state.failing.fail(Step::standard_streams);
  return true;
}

bool set_up(ChildState& state) {
  const LaunchPlan& plan = state.plan;
  Failing& failing = state.failing;
  if (!map_user(plan, state.caller_uid, state.caller_gid, failing)) return false;
  const int root = mount_root(plan, failing);
  if (root < 0 || !mount_all(plan, root, failing) || !mask_paths(plan, root, failing)) return false;
  if (plan.own_network && !raise_loopback(failing)) return false;
  if (!plan.hostname.empty() && ::sethostname(plan.hostname.c_str(), plan.hostname.size()) != 0)
    return failing.fail(Step::host_name);
  int slave = -1;
  if (plan.terminal && (slave = open_terminal(root, true, state.channel, failing)) < 0) return false;
  if (!pivot_into(root, failing)) return false;
  ::close(root);
  if (::chdir(plan.cwd.c_str()) != 0) return failing.fail(Step::working_directory);
  if (plan.terminal) return take_terminal(slave, failing);
  return redirect(state);
}

/// Until the parent has set up the network (it closes its end of the gate), or is gone.
void wait_at_gate(const ChildState& state) {
  ::close(state.gate_other_end);
  tell(state.channel, {Told::ready, Step::none, 0, 0});
  pollfd gate{state.gate, POLLIN, 0};
  while (::poll(&gate, 1, -1) < 0 && errno == EINTR) {
  }
}

}  // namespace

void prepare(ChildState& state) {
  for (const auto& word : state.plan.args) state.arguments.push_back(const_cast<char*>(word.c_str()));
  state.arguments.push_back(nullptr);
  state.search_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  for (const auto& variable : state.plan.env) {
    state.environment.push_back(const_cast<char*>(variable.c_str()));
    if (variable.starts_with("PATH=")) state.search_path = variable.substr(5);
  }
  state.environment.push_back(nullptr);
  state.caller_uid = ::getuid();
  state.caller_gid = ::getgid();
  state.filter = make_filter(state.plan.filter, state.listener);
}

void execute(ChildState& state) {
  Failing& failing = state.failing;
  ::signal(SIGPIPE, SIG_DFL);
  ::sigprocmask(SIG_SETMASK, &state.mask, nullptr);
  bool ready = apply_limits(state.plan, failing) && drop_privileges(state.plan, failing);
  if (ready) {
    const sock_fprog program{static_cast<unsigned short>(state.filter.size()), state.filter.data()};
    const int listener = install_filter(program, state.listener, failing);
    ready = listener >= 0;
    if (ready && state.listener) {
      tell(state.channel, {Told::listener, Step::none, 0, 0}, listener);
      ::close(listener);
    }
  }
  if (!ready) {
    tell_failure(state);
    ::_exit(125);
  }
  errno = execute_along_path(state);
  failing.fail(Step::execute);
  tell_failure(state);
  if (!state.detached) {
    const int number = failing.number;
    say("env: ");
    say(state.arguments[0]);
    say(number == ENOENT || number == ENOTDIR ? ": command not found in the environment\n"
        : number == EACCES                    ? ": permission denied\n"
                                              : ": cannot be executed here\n");
  }
  ::_exit(failing.number == ENOENT || failing.number == ENOTDIR ? 127 : 126);
}

void run_child(ChildState& state) {
  if (state.detached || state.own_session) ::setsid();
  if (!state.detached) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    pollfd parent{state.channel, 0, 0};
    if (::poll(&parent, 1, 0) > 0) ::_exit(125);  // it died before the line above
  }
  if (!set_up(state)) {
    tell_failure(state);
    ::_exit(125);
  }
  if (state.wait_for_network) wait_at_gate(state);
  run_pid1(state);
}

}  // namespace envtool::runtime::native
