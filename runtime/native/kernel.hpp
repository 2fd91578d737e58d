#pragma once
// System calls that glibc 2.36 does not wrap, or not in the form that is needed between clone and exec.
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>

namespace envtool::runtime::native {

/// `path` below `root`, links and ".." resolved as if root were "/". Source: openat2(2).
inline int open_in_root(int root, const char* path, std::uint64_t flags, std::uint64_t mode = 0) {
  open_how how{};
  how.flags = flags | O_CLOEXEC;
  how.mode = mode;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof how));
}

inline int pidfd_open(pid_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }
inline int pidfd_send_signal(int pidfd, int number) {
  return static_cast<int>(::syscall(SYS_pidfd_send_signal, pidfd, number, nullptr, 0));
}

/// clone3 without CLONE_VM: the child has a copy of this process and returns 0. Where a filter hides clone3
/// (containers that wrap us), the old call does the same. `cgroup` < 0: stay in the caller's.
inline pid_t clone_process(std::uint64_t flags, int* pidfd, int cgroup = -1) {
  clone_args arguments{};
  arguments.flags = flags | CLONE_PIDFD;
  arguments.pidfd = reinterpret_cast<std::uint64_t>(pidfd);
  arguments.exit_signal = SIGCHLD;
  if (cgroup >= 0) {
    arguments.flags |= CLONE_INTO_CGROUP;
    arguments.cgroup = static_cast<std::uint64_t>(cgroup);
  }
  const long pid = ::syscall(SYS_clone3, &arguments, sizeof arguments);
  if (pid >= 0 || errno != ENOSYS || cgroup >= 0) return static_cast<pid_t>(pid);
  // Both x86-64 and arm64 take flags, stack, parent_tid in this order; the rest is zero.
  return static_cast<pid_t>(::syscall(SYS_clone, flags | CLONE_PIDFD | SIGCHLD, 0, pidfd, 0, 0));
}

}  // namespace envtool::runtime::native
