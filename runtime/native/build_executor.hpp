#pragma once
// Build steps in a container: root inside (mapped from the caller), ownership faked and recorded (design §6).
#include <filesystem>

#include "envtool/support/events.hpp"
#include "envtool/support/executor.hpp"

namespace envtool::runtime::native {

/// The command sees itself as root with the capabilities of its user namespace. set*id, setgroups, chown and
/// mknod of devices succeed without effect; chown is recorded in `ownership_log` ("path uid gid mode", the
/// path as it is named when the step ends, one line a path, sorted). fsync is a no-op: a build that fails is
/// made again. /proc, /sys, /dev and a tmpfs at /run and /tmp are not part of the tree that is written.
class BuildExecutor final : public Executor {
 public:
  /// `scratch` as in NativeEngine::Options. `events` supplies the stop token: a step is killed when it is
  /// set.
  explicit BuildExecutor(std::filesystem::path scratch = {}, Events* events = nullptr)
      : scratch_(std::move(scratch)), events_(events) {}
  Result<BuildStepOutcome> run(const BuildStep& step) override;

 private:
  std::filesystem::path scratch_;
  Events* events_;
};

}  // namespace envtool::runtime::native
