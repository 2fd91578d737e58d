#pragma once
#include <sys/types.h>

#include "runtime/native/step.hpp"

namespace envtool::runtime::native {

/// In the child, new in its user namespace: the caller's one uid and gid appear as `plan.uid` and `plan.gid`.
/// Needs no helper: a process may map its own ids. Source: user_namespaces(7).
bool map_user(const LaunchPlan& plan, uid_t caller_uid, gid_t caller_gid, Failing& failing);

/// Give up all capabilities (unless the plan keeps them) and set no_new_privs.
bool drop_privileges(const LaunchPlan& plan, Failing& failing);

/// For pid 1 after its work: none effective, one that is of no use left permitted, so that a process of the
/// container, which has none, may not trace it or read its memory and environment.
void guard_pid1(const LaunchPlan& plan);

}  // namespace envtool::runtime::native
