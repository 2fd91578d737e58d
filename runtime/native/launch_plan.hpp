#pragma once
// A container in the flat form that the child executes between clone and exec: strings and numbers only,
// decided beforehand, so that the child needs no allocation. The warm path keeps it on disk as it is.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace envtool::runtime::native {

struct MountEntry {
  enum class Kind : std::uint8_t {
    bind,
    tmpfs,
    proc,
    sysfs,
    devpts,
    mqueue,
    dev
  };  ///< dev: a tmpfs with nodes
  Kind kind = Kind::bind;
  std::string source;            ///< of a bind
  std::string target;            ///< without the leading slash
  std::uint64_t attributes = 0;  ///< MOUNT_ATTR_*
  std::vector<std::pair<std::string, std::string>>
      options;  ///< of tmpfs and devpts; an empty value is a flag
  bool operator==(const MountEntry&) const = default;
};

struct ProcessLimit {
  std::int32_t resource = 0;  ///< RLIMIT_*
  std::uint64_t soft = 0, hard = 0;
  bool operator==(const ProcessLimit&) const = default;
};

enum class Filter : std::uint8_t {
  standard,  ///< deny what the common default profile denies
  build,     ///< also fake ownership, set*id and fsync
};

struct LaunchPlan {
  // Identity: the caller's uid and gid appear inside as these.
  std::uint32_t uid = 0, gid = 0;
  bool keep_capabilities = false;  ///< those of the user namespace, for build steps
  bool no_new_privileges = true;
  Filter filter = Filter::standard;
  bool own_network = false;

  // Root.
  std::vector<std::string> lowers;  ///< bottom first
  std::string upper, work;          ///< empty: a tmpfs
  std::string scratch;              ///< existing folder that the root is mounted on
  std::uint64_t upper_bytes = 0;    ///< size of that tmpfs; 0: the kernel's default
  bool read_only = false;           ///< no upper at all
  bool in_place = false;            ///< the one lower is written to
  bool volatile_upper = false;
  bool legacy_overlay = false;  ///< by mount(2): kernels without lowerdir+; found out by itself, set in tests
  std::vector<MountEntry> mounts;
  std::vector<std::string> masked, read_only_paths;  ///< without the leading slash
  std::string hostname;

  // Process.
  std::vector<std::string> args, env;
  std::string cwd = "/";
  std::vector<ProcessLimit> limits;
  std::uint32_t cpus = 0;  ///< affinity to this many processors; 0: all
  bool terminal = false;
  bool operator==(const LaunchPlan&) const = default;
};

}  // namespace envtool::runtime::native
