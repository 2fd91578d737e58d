#pragma once
#include <string_view>

#include "runtime/native/step.hpp"

namespace envtool::runtime::native {

/// RLIMIT_* of a runtime-spec name ("RLIMIT_NOFILE"); -1 for an unknown one.
int limit_number(std::string_view name);

/// In the child: process limits and processor affinity. A hard limit above the caller's own is lowered to it:
/// raising it takes a privilege that a container of an ordinary user has not.
bool apply_limits(const LaunchPlan& plan, Failing& failing);

}  // namespace envtool::runtime::native
