#include "runtime/native/compile.hpp"

#include <sys/mount.h>

#include <algorithm>

#include "runtime/native/limits.hpp"

namespace envtool::runtime::native {
namespace fs = std::filesystem;
namespace {

struct Attribute {
  std::string_view option;
  std::uint64_t set;
};

/// Mount options that are attributes, or say nothing about a container's own mounts (0).
constexpr Attribute kAttributes[] = {{"ro", MOUNT_ATTR_RDONLY},
                                     {"rro", MOUNT_ATTR_RDONLY},
                                     {"nosuid", MOUNT_ATTR_NOSUID},
                                     {"nodev", MOUNT_ATTR_NODEV},
                                     {"noexec", MOUNT_ATTR_NOEXEC},
                                     {"noatime", MOUNT_ATTR_NOATIME},
                                     {"strictatime", MOUNT_ATTR_STRICTATIME},
                                     {"relatime", 0},
                                     {"rw", 0},
                                     {"suid", 0},
                                     {"dev", 0},
                                     {"exec", 0},
                                     {"bind", 0},
                                     {"rbind", 0},
                                     {"private", 0},
                                     {"rprivate", 0},
                                     {"slave", 0},
                                     {"rslave", 0}};

std::string below_root(std::string_view path) {
  // Lexically, so that "/x/../../y" stays below the root; links are the child's matter.
  const std::string normal = fs::path("/" + std::string(path)).lexically_normal().native();
  std::string_view rest = normal;
  while (!rest.empty() && rest.front() == '/') rest.remove_prefix(1);
  while (!rest.empty() && rest.back() == '/') rest.remove_suffix(1);
  return std::string(rest);
}

Result<MountEntry::Kind> kind_of(const oci::RuntimeMount& mount, bool own_network) {
  using Kind = MountEntry::Kind;
  const auto has = [&](std::string_view option) {
    return std::find(mount.options.begin(), mount.options.end(), option) != mount.options.end();
  };
  if (mount.type == "bind" || has("bind") || has("rbind")) return Kind::bind;
  if (mount.type == "proc") return Kind::proc;
  if (mount.type == "sysfs") return own_network ? Kind::sysfs : Kind::bind;
  if (mount.type == "devpts") return Kind::devpts;
  if (mount.type == "mqueue") return Kind::mqueue;
  if (mount.type == "tmpfs") return below_root(mount.destination) == "dev" ? Kind::dev : Kind::tmpfs;
  return fail(Code::unsupported, "the native engine cannot mount a file system of type " + mount.type +
                                     " at " + mount.destination);
}

bool takes_options(MountEntry::Kind kind) {
  return kind == MountEntry::Kind::tmpfs || kind == MountEntry::Kind::dev || kind == MountEntry::Kind::devpts;
}

Result<void> add_process(const oci::RuntimeSpec::Process& process, LaunchPlan& plan) {
  plan.uid = process.uid;
  plan.gid = process.gid;
  plan.args = process.args;
  plan.env = process.env;
  plan.cwd = process.cwd;
  plan.terminal = process.terminal;
  plan.no_new_privileges = process.no_new_privileges;
  for (const auto& [name, values] : process.rlimits) {
    const int number = limit_number(name);
    if (number < 0) return fail(Code::bad_input, "unknown process limit " + name);
    plan.limits.push_back({number, values.first, values.second});
  }
  return {};
}

Result<void> add_devices(const oci::RuntimeSpec& spec, LaunchPlan& plan) {
  for (const auto& device : spec.linux_.devices) {
    if (device.type != "c" && device.type != "b" && device.type != "u")
      return fail(Code::unsupported,
                  "the native engine cannot make " + device.path + " of type " + device.type);
    // An ordinary user cannot make nodes; the host's own is bound.
    MountEntry entry;
    entry.source = device.path;
    entry.target = below_root(device.path);
    entry.attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
    plan.mounts.push_back(std::move(entry));
  }
  return {};
}

}  // namespace

Result<MountEntry> compile_mount(const oci::RuntimeMount& mount, bool own_network) {
  MountEntry entry;
  entry.target = below_root(mount.destination);
  if (entry.target.empty())
    return fail(Code::bad_input, "a mount needs a destination below /, not \"" + mount.destination + "\"");
  ENVTOOL_TRY(entry.kind, kind_of(mount, own_network));
  if (entry.kind == MountEntry::Kind::bind) entry.source = mount.type == "sysfs" ? "/sys" : mount.source;
  if (entry.kind == MountEntry::Kind::bind && !entry.source.starts_with('/'))
    return fail(Code::bad_input, "the source of the mount at " + mount.destination +
                                     " must be an absolute path, not \"" + entry.source + "\"");
  for (const std::string& option : mount.options) {
    const auto known = std::find_if(std::begin(kAttributes), std::end(kAttributes),
                                    [&](const Attribute& attribute) { return attribute.option == option; });
    if (known != std::end(kAttributes)) {
      entry.attributes |= known->set;
    } else if (takes_options(entry.kind)) {
      const auto equals = option.find('=');
      entry.options.emplace_back(option.substr(0, equals),
                                 equals == std::string::npos ? "" : option.substr(equals + 1));
    } else {
      return fail(Code::bad_input, "unknown option \"" + option + "\" of the mount at " + mount.destination);
    }
  }
  return entry;
}

Result<LaunchPlan> compile(const oci::RuntimeSpec& spec, const std::vector<fs::path>& lowers,
                           const StartOptions& options, const fs::path& scratch) {
  const auto& hooks = spec.hooks;
  if (!hooks.create_runtime.empty() || !hooks.create_container.empty() || !hooks.start_container.empty() ||
      !hooks.poststart.empty() || !hooks.poststop.empty())
    return fail(Code::unsupported, "the native engine runs no runtime-spec hooks");
  LaunchPlan plan;
  const auto& namespaces = spec.linux_.namespaces;
  plan.own_network = options.network != NetworkMode::host ||
                     std::find(namespaces.begin(), namespaces.end(), "network") != namespaces.end();
  plan.scratch = scratch;
  plan.read_only = spec.root.readonly;
  plan.hostname = spec.hostname;
  for (const auto& lower : lowers) plan.lowers.push_back(lower.native());
  if (plan.lowers.empty()) return fail(Code::internal, "a container without a root");
  if (options.upper && !plan.read_only) {
    plan.upper = options.upper->native();
    plan.work = plan.upper + ".work";
  }
  ENVTOOL_CHECK(add_process(spec.process, plan));
  for (const auto& mount : spec.mounts) {
    ENVTOOL_TRY(auto entry, compile_mount(mount, plan.own_network));
    plan.mounts.push_back(std::move(entry));
  }
  ENVTOOL_CHECK(add_devices(spec, plan));
  for (const auto& path : spec.linux_.masked_paths) plan.masked.push_back(below_root(path));
  for (const auto& path : spec.linux_.readonly_paths) plan.read_only_paths.push_back(below_root(path));
  if (const auto& quota = spec.linux_.resources.cpu_quota; quota && *quota > 0)
    plan.cpus = static_cast<std::uint32_t>((*quota + 99'999) / 100'000);
  return plan;
}

}  // namespace envtool::runtime::native
