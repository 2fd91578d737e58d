#pragma once
// How a child that may not allocate tells what went wrong: {step, index, errno} to a socket; the parent,
// which has the plan, makes the sentence.
#include <cstdint>

#include "envtool/support/result.hpp"
#include "runtime/native/launch_plan.hpp"

namespace envtool::runtime::native {

enum class Step : std::uint32_t {
  none,
  clone,
  map_user,
  root_tmpfs,
  root_layer,  ///< index: lower
  root_upper,
  root_overlay,
  root_bind,
  root_attach,
  mount_source,  ///< index: mount; also the next three
  mount_target,
  mount_create,
  mount_attach,
  device,          ///< index: kDeviceNodes
  masked_path,     ///< index
  read_only_path,  ///< index
  host_name,
  loopback,
  pivot,
  working_directory,
  terminal,
  standard_streams,
  process_limit,  ///< index
  affinity,
  capabilities,
  filter,
  fork,
  execute,
  enter,  ///< setns
};

enum class Told : std::uint32_t { failed, ready, started, terminal, listener, stopped, exited };

/// One packet from the child to its parent; Told::terminal and Told::listener carry a descriptor.
struct Report {
  Told told = Told::failed;
  Step step = Step::none;
  std::uint32_t index = 0;
  std::int32_t value = 0;  ///< errno, or the exit code
};

/// Send; `fd` ≥ 0 travels along. Usable between clone and exec. Nobody listening is no matter.
void tell(int channel, const Report& report, int fd = -1);
/// Receive one packet. False at the end. `fd` is -1 when none came.
bool hear(int channel, Report& report, int& fd);

/// What a child does on failure: `return state.fail(Step::pivot);`
struct Failing {
  Step step = Step::none;
  std::uint32_t index = 0;
  int number = 0;
  bool fail(Step at, std::size_t which = 0);
};

/// The sentence. Errors about namespaces and mounts that the kernel refuses are Code::unsupported.
Error error_of(const LaunchPlan& plan, const Report& report);

}  // namespace envtool::runtime::native
