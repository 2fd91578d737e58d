#include "runtime/native/userns.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>

#include <cstdio>
#include <cstring>

#include "runtime/native/kernel.hpp"

namespace envtool::runtime::native {
namespace {

bool put(const char* path, const char* text) {
  const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const auto size = static_cast<ssize_t>(std::strlen(text));
  const bool whole = ::write(fd, text, static_cast<std::size_t>(size)) == size;
  const int saved = errno;
  ::close(fd);
  errno = saved;
  return whole;
}

int set_capabilities(std::uint64_t effective, std::uint64_t permitted) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  for (int word = 0; word < 2; ++word) {
    data[word].effective = static_cast<std::uint32_t>(effective >> (32 * word));
    data[word].permitted = static_cast<std::uint32_t>(permitted >> (32 * word));
  }
  return static_cast<int>(::syscall(SYS_capset, &header, data));
}

}  // namespace

bool map_user(const LaunchPlan& plan, uid_t caller_uid, gid_t caller_gid, Failing& failing) {
  char line[64];
  std::snprintf(line, sizeof line, "%u %u 1", plan.uid, caller_uid);
  if (!put("/proc/self/uid_map", line)) return failing.fail(Step::map_user);
  // Without CAP_SETGID outside, a gid map is accepted only once setgroups is given up. Source:
  // user_namespaces(7).
  if (!put("/proc/self/setgroups", "deny")) return failing.fail(Step::map_user);
  std::snprintf(line, sizeof line, "%u %u 1", plan.gid, caller_gid);
  if (!put("/proc/self/gid_map", line)) return failing.fail(Step::map_user);
  return true;
}

bool drop_privileges(const LaunchPlan& plan, Failing& failing) {
  if (plan.no_new_privileges && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return failing.fail(Step::capabilities);
  if (plan.keep_capabilities) return true;
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  if (::getuid() == 0 || !plan.no_new_privileges) {
    // exec gives uid 0 its capabilities back, up to the bounding set; another uid gets none (NNP and no file
    // capability), so for it the 41 calls can be saved.
    for (int capability = 0; capability <= CAP_LAST_CAP; ++capability)
      ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  }
  if (set_capabilities(0, 0) != 0) return failing.fail(Step::capabilities);
  return true;
}

void guard_pid1(const LaunchPlan& plan) {
  if (plan.keep_capabilities) {
    // Build steps have every capability of the namespace: only being undumpable keeps them out of pid 1. (A
    // session's pid 1 must stay dumpable: joining it by pidfd asks for the right to trace it.)
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    return;
  }
  set_capabilities(0, std::uint64_t{1} << CAP_WAKE_ALARM);
}

}  // namespace envtool::runtime::native
