#pragma once
// The part of the OCI runtime-spec 1.1 config.json that a container of ours uses (config.md,
// config-linux.md).
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "envtool/support/result.hpp"

namespace envtool::oci {

struct RuntimeMount {
  std::string destination;
  std::string type;  ///< "bind", "proc", "tmpfs", "devpts", "sysfs", "mqueue"
  std::string source;
  std::vector<std::string> options;  ///< "rbind", "ro", "nosuid", "size=64k" …
  bool operator==(const RuntimeMount&) const = default;
};

struct RuntimeDevice {
  std::string path;
  std::string type;  ///< "c" or "b"
  std::int64_t major = 0, minor = 0;
  std::optional<std::uint32_t> file_mode, uid, gid;
  bool operator==(const RuntimeDevice&) const = default;
};

struct RuntimeHook {
  std::string path;
  std::vector<std::string> args, env;
  std::optional<int> timeout;
  bool operator==(const RuntimeHook&) const = default;
};

struct RuntimeHooks {
  std::vector<RuntimeHook> create_runtime, create_container, start_container, poststart, poststop;
  bool operator==(const RuntimeHooks&) const = default;
};

struct RuntimeSpec {
  std::string oci_version = "1.1.0";
  struct Process {
    bool terminal = false;
    std::uint32_t uid = 0, gid = 0;
    std::vector<std::uint32_t> additional_gids;
    std::vector<std::string> args;
    std::vector<std::string> env;  ///< "NAME=value"
    std::string cwd = "/";
    bool no_new_privileges = true;
    std::vector<std::pair<std::string, std::pair<std::uint64_t, std::uint64_t>>>
        rlimits;  ///< "RLIMIT_NOFILE" → soft, hard
    bool operator==(const Process&) const = default;
  } process;
  struct Root {
    std::string path;
    bool readonly = false;
    bool operator==(const Root&) const = default;
  } root;
  std::string hostname = "env";
  std::vector<RuntimeMount> mounts;
  RuntimeHooks hooks;
  struct Linux {
    std::vector<std::string> namespaces;  ///< "user", "mount", "pid", "uts", "ipc", "network"
    std::vector<RuntimeDevice> devices;
    std::vector<std::string> masked_paths, readonly_paths;
    struct Resources {
      std::optional<std::int64_t> memory_limit;  ///< bytes
      std::optional<std::int64_t> cpu_quota;     ///< microseconds per 100 000
      std::optional<std::int64_t> pids_limit;
      bool operator==(const Resources&) const = default;
    } resources;
    bool operator==(const Linux&) const = default;
  } linux_;
  std::vector<std::pair<std::string, std::string>> annotations;
  bool operator==(const RuntimeSpec&) const = default;
};

/// JSON as the specification has it; `parse` refuses what it cannot keep. They are inverses.
std::string render(const RuntimeSpec& spec);
Result<RuntimeSpec> parse_runtime_spec(std::string_view json);

}  // namespace envtool::oci
