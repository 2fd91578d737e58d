#include "runtime/native/limits.hpp"

#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <utility>

namespace envtool::runtime::native {

int limit_number(std::string_view name) {
  constexpr std::pair<std::string_view, int> kNames[] = {{"RLIMIT_AS", RLIMIT_AS},
                                                         {"RLIMIT_CORE", RLIMIT_CORE},
                                                         {"RLIMIT_CPU", RLIMIT_CPU},
                                                         {"RLIMIT_DATA", RLIMIT_DATA},
                                                         {"RLIMIT_FSIZE", RLIMIT_FSIZE},
                                                         {"RLIMIT_LOCKS", RLIMIT_LOCKS},
                                                         {"RLIMIT_MEMLOCK", RLIMIT_MEMLOCK},
                                                         {"RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE},
                                                         {"RLIMIT_NICE", RLIMIT_NICE},
                                                         {"RLIMIT_NOFILE", RLIMIT_NOFILE},
                                                         {"RLIMIT_NPROC", RLIMIT_NPROC},
                                                         {"RLIMIT_RSS", RLIMIT_RSS},
                                                         {"RLIMIT_RTPRIO", RLIMIT_RTPRIO},
                                                         {"RLIMIT_RTTIME", RLIMIT_RTTIME},
                                                         {"RLIMIT_SIGPENDING", RLIMIT_SIGPENDING},
                                                         {"RLIMIT_STACK", RLIMIT_STACK}};
  for (const auto& [known, number] : kNames)
    if (known == name) return number;
  return -1;
}

bool apply_limits(const LaunchPlan& plan, Failing& failing) {
  for (const ProcessLimit& limit : plan.limits) {
    const auto resource = static_cast<__rlimit_resource_t>(limit.resource);
    struct rlimit own {};
    struct rlimit wanted {
      limit.soft, limit.hard
    };
    if (::getrlimit(resource, &own) == 0) {
      wanted.rlim_max = std::min<rlim_t>(wanted.rlim_max, own.rlim_max);
      wanted.rlim_cur = std::min(wanted.rlim_cur, wanted.rlim_max);
    }
    if (::setrlimit(resource, &wanted) != 0)
      return failing.fail(Step::process_limit, static_cast<std::size_t>(limit.resource));
  }
  if (plan.cpus == 0) return true;
  cpu_set_t allowed;
  cpu_set_t chosen;
  CPU_ZERO(&chosen);
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return failing.fail(Step::affinity);
  std::uint32_t left = plan.cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE && left > 0; ++cpu) {
    if (!CPU_ISSET(cpu, &allowed)) continue;
    CPU_SET(cpu, &chosen);
    --left;
  }
  return ::sched_setaffinity(0, sizeof chosen, &chosen) == 0 || failing.fail(Step::affinity);
}

}  // namespace envtool::runtime::native
