#pragma once
// The parent's side: block signals, clone, watch until the end.
#include <sys/types.h>

#include <csignal>
#include <functional>
#include <stop_token>
#include <vector>

#include "envtool/support/unique_fd.hpp"
#include "runtime/native/step.hpp"

namespace envtool::runtime::native {

/// Blocks every signal of this thread for its life: they are taken by signalfd, none is lost or acts on us.
class BlockedSignals {
 public:
  BlockedSignals();
  ~BlockedSignals();
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;
  [[nodiscard]] const sigset_t& before() const { return before_; }

 private:
  sigset_t before_{};
};

struct LaunchOptions {
  int streams[3] = {-1, -1, -1};  ///< to become 0, 1, 2; -1: the caller's
  int exit_record = -1;
  bool detached = false;
  bool own_session = false;  ///< out of reach of the terminal's signals; dies with us all the same
  bool record_ownership = false;
  bool wait_for_network = false;
  int cgroup = -1;  ///< folder descriptor
};

struct Running {
  pid_t pid = -1;
  UniqueFd pidfd, channel;
  UniqueFd terminal;  ///< came before `watch`
  UniqueFd gate;      ///< closing it lets the command start, with LaunchOptions::wait_for_network
};

/// Clone the container's pid 1. What fails later comes over the channel. Errors: unsupported, io.
Result<Running> launch(const LaunchPlan& plan, const LaunchOptions& options, const BlockedSignals& signals);

/// Something else to watch meanwhile; `ready` says whether to go on with it.
struct Watch {
  int fd = -1;
  short events = 0;
  std::function<bool()> ready;
};

struct WatchOptions {
  bool leave_early = false;      ///< return on the command's end, while the container still comes down
  bool release_streams = false;  ///< put /dev/null in place of our 0 and 1
  std::stop_token stop;
  std::vector<Watch> watches;
  std::function<Watch(UniqueFd)> on_listener;  ///< makes a watch of the filter's notifications
};

/// Until the command has ended: relay the terminal, forward signals, follow stops.
/// Out: its exit code. Errors: what failed before it could run; cancelled.
Result<int> watch(Running& running, const LaunchPlan& plan, WatchOptions options);

/// With LaunchOptions::wait_for_network: wait until the container stands and waits at the gate.
/// Errors: what failed before.
Result<void> wait_ready(Running& running, const LaunchPlan& plan);

/// Wait for the first report of a detached container. Errors: as `watch`; not_found where the command is not
/// there.
Result<void> wait_started(Running& running, const LaunchPlan& plan);

}  // namespace envtool::runtime::native
