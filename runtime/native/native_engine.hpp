#pragma once
// The native engine: rootless containers by user namespaces and overlayfs, no helper, no daemon (design §6).
#include <filesystem>

#include "runtime/engine.hpp"

namespace envtool::runtime::native {

class NativeEngine final : public Engine {
 public:
  struct Options {
    /// An empty folder that the root is mounted on in the container's own mount namespace; made if absent.
    /// Empty: $XDG_STATE_HOME/envtool/mnt.
    std::filesystem::path scratch;
    /// The caller exits with run()'s or exec()'s code at once. Then the container may still be coming down
    /// when they return (0.1 ms less), and our copies of stdin and stdout are closed while the command runs,
    /// so that a pipe ends when the command ends it.
    bool process_leaves = false;
  };

  NativeEngine() = default;
  explicit NativeEngine(Options options) : options_(std::move(options)) {}

  [[nodiscard]] std::string name() const override { return "native"; }
  /// Call it from the main thread of a process without other threads: signals are taken by signalfd, and the
  /// container dies with the calling thread.
  Result<int> run(const oci::RuntimeSpec& spec, const store::Rootfs& rootfs,
                  const StartOptions& options) override;
  /// `folder` must exist. Empty `spec.process.args` starts a keeper: pid 1 alone, which exec joins.
  Result<Session> start(const oci::RuntimeSpec& spec, const store::Rootfs& rootfs,
                        const StartOptions& options, const std::filesystem::path& folder) override;
  Result<int> exec(const Session& session, const ExecOptions& options) override;
  Result<void> stop(const Session& session, int grace_seconds) override;
  [[nodiscard]] bool alive(const Session& session) const override;

 private:
  Options options_;
};

}  // namespace envtool::runtime::native
