#pragma once
// From clone to exec. Nothing here allocates or throws: this is a copy of a process whose other threads, and
// the locks that they held, are gone.
#include <linux/filter.h>
#include <sys/types.h>

#include <csignal>
#include <string>
#include <vector>

#include "runtime/native/step.hpp"

namespace envtool::runtime::native {

/// Made by the parent before clone.
struct ChildState {
  explicit ChildState(const LaunchPlan& launch_plan) : plan(launch_plan) {}
  const LaunchPlan& plan;
  std::vector<char*> arguments, environment;  ///< null-terminated views of the plan's
  std::string search_path;                    ///< PATH of the container
  std::vector<sock_filter> filter;
  uid_t caller_uid = 0;
  gid_t caller_gid = 0;
  sigset_t mask{};                ///< the caller's, for the command
  int channel = -1;               ///< to the parent
  int streams[3] = {-1, -1, -1};  ///< to become 0, 1, 2; -1: as the caller's
  int exit_record = -1;           ///< a detached pid 1 writes the command's exit code there
  bool detached = false, own_session = false;
  bool die_with_parent = false;   ///< the command; a container's dies with its pid 1 anyway
  bool wait_for_network = false;  ///< the parent says when by closing `gate`
  int gate = -1, gate_other_end = -1;
  bool listener = false;  ///< send the filter's notification descriptor to the parent

  Failing failing;  ///< also written by the vfork'ed command
};

void prepare(ChildState& state);

/// The new process, pid 1 of its namespaces.
[[noreturn]] void run_child(ChildState& state);

/// The last steps of a command: limits, privileges, filter, exec. Also for commands that join. Tells the
/// parent on failure and ends with 125, 126 or 127.
[[noreturn]] void execute(ChildState& state);

}  // namespace envtool::runtime::native
