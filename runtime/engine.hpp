#pragma once
// What runs a container. The native engine is runtime/native; Docker comes with its issue.
#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "envtool/formats/oci/runtime_spec.hpp"
#include "envtool/store/store.hpp"
#include "envtool/support/events.hpp"
#include "envtool/support/result.hpp"

namespace envtool::runtime {

enum class NetworkMode { host, isolated, none };

/// What the runtime-spec document does not say.
struct StartOptions {
  NetworkMode network = NetworkMode::host;
  std::vector<std::uint16_t> ports;  ///< published on 127.0.0.1 when the network is isolated
  std::optional<std::filesystem::path>
      upper;  ///< keep writes to the root here (overlay upperdir); none: a tmpfs that goes with the container
  bool keep_stdin = true;
};

/// A container that goes on without us: its pid 1 and where its files are. Kept on disk by runtime/service.
struct Session {
  std::string id;  ///< 12 hexadecimal digits
  pid_t init = 0;  ///< in the host's pid namespace
  std::uint64_t init_start_time =
      0;                         ///< clock ticks since boot (/proc/PID/stat field 22): tells a reused pid
  std::filesystem::path folder;  ///< spec.json, log, state.json
};

struct ExecOptions {
  std::vector<std::string> args, env;  ///< env is the whole environment, "NAME=value"
  std::string cwd = "/workspace";
  bool terminal = false;
};

class Engine {
 public:
  virtual ~Engine() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  /// Run `spec.process` in the foreground; stdin, stdout, stderr, signals and the terminal pass through.
  /// Out: the exit code as a shell gives it (128+n for a signal, 126 cannot execute, 127 not found).
  /// Errors: unsupported (no user namespaces: hints have the exact fix), io.
  virtual Result<int> run(const oci::RuntimeSpec& spec, const store::Rootfs& rootfs,
                          const StartOptions& options) = 0;
  /// Start in the background; `spec.process` is the session's main process, its output goes to `folder`/log.
  virtual Result<Session> start(const oci::RuntimeSpec& spec, const store::Rootfs& rootfs,
                                const StartOptions& options, const std::filesystem::path& folder) = 0;
  virtual Result<int> exec(const Session& session, const ExecOptions& options) = 0;
  /// TERM, then KILL after `grace_seconds`. A session that is gone is no error.
  virtual Result<void> stop(const Session& session, int grace_seconds) = 0;
  [[nodiscard]] virtual bool alive(const Session& session) const = 0;
};

}  // namespace envtool::runtime
