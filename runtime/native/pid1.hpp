#pragma once
#include "runtime/native/child.hpp"

namespace envtool::runtime::native {

/// pid 1 of a container: starts the command (none: a keeper), reaps what is orphaned, forwards the signals
/// that come from outside, tells the parent when the command stops and ends, and ends with its exit code.
[[noreturn]] void run_pid1(ChildState& state);

/// vfork and execute. Out: the command's pid, or -1.
pid_t start_command(ChildState& state);

/// Give up every file but the channel and the exit record.
void let_go_of_files(ChildState& state);

/// 128+n for a signal, as a shell says it.
int shell_status(int wait_status);

}  // namespace envtool::runtime::native
