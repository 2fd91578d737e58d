#pragma once
#include "runtime/native/child.hpp"

namespace envtool::runtime::native {

/// pid 1 of a container: starts the command (none: a keeper), reaps what is orphaned, forwards the signals
/// that come from outside, tells the parent when the command stops and ends, and ends with its exit code.
[[noreturn]] void run_pid1(ChildState& state);

/// 128+n for a signal, as a shell says it.
int shell_status(int wait_status);

}  // namespace envtool::runtime::native
