#include "envtool/workflow/container_spec.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "envtool/support/env_vars.hpp"
#include "envtool/support/files.hpp"
#include "envtool/support/text.hpp"
#include "runtime/native/host_files.hpp"

namespace envtool::workflow {
namespace fs = std::filesystem;
namespace {

constexpr const char* kPycacheInside = "/run/envtool/pycache";

// Not named bind: std::bind takes temporaries better than we do, and does nothing.
void add_bind(oci::RuntimeSpec& spec, const fs::path& source, const std::string& target, bool read_only) {
  spec.mounts.push_back({.destination = target,
                         .type = "bind",
                         .source = source.native(),
                         .options = {"rbind", read_only ? "ro" : "rw", "nosuid", "nodev"}});
}

/// Byte code of the project, kept while its packages change: a wheel's files carry a time of their own, so
/// byte code of another release is never taken for current (image/tree_writer.hpp). The base's files do not,
/// so another base begins anew.
Result<fs::path> pycache_folder(const ProjectState& state, const fs::path& own) {
  project::Lock base = *state.lock;
  base.inputs = {};
  base.indexes.clear();
  for (auto& platform : base.platforms) {
    platform.packages.clear();
    platform.image.reset();
  }
  const std::string name = Digest::of(project::render(base)).hex().substr(0, 16);
  ENVTOOL_CHECK(make_directories(own / "pycache" / name, 0700));
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(own / "pycache", error)) {
    if (entry.path().filename() != name) (void)remove_tree(entry.path());
  }
  return own / "pycache" / name;
}

/// A name for the caller in the container. root on the host is an ordinary name inside: nothing there may
/// look privileged.
std::string user_inside() {
  const std::string user = env_vars::user_name().value_or("env");
  return user == "root" ? "env" : user;
}

Result<void> add_user_mounts(oci::RuntimeSpec& spec, const ProjectState& state) {
  for (const auto& mount : state.yaml.mounts) {
    ENVTOOL_TRY(const fs::path source, project::mount_source(mount, state.folder));
    std::error_code error;
    if (!fs::exists(source, error)) {
      return fail(Error{.code = Code::bad_input,
                        .what = fmt::format("the mount source {} does not exist on this machine",
                                            source.lexically_normal().native()),
                        .place = mount.place,
                        .chain = {},
                        .hints = {"make the folder, or change `mounts` in env.yaml"}});
    }
    add_bind(spec, source.lexically_normal(), mount.target, mount.read_only);
  }
  return {};
}

Result<void> add_image_config(oci::RuntimeSpec& spec, const store::Store::Image& image) {
  const auto config = nlohmann::json::parse(image.config, nullptr, false);
  if (config.is_discarded() || !config.contains("config")) {
    return fail(Code::internal, fmt::format("the config of image {} is damaged", image.id.str()),
                "`env gc --verify` removes it");
  }
  for (const auto& entry : config["config"].value("Env", nlohmann::json::array()))
    spec.process.env.push_back(entry.get<std::string>());
  spec.process.cwd = config["config"].value("WorkingDir", std::string(kWorkspace));
  return {};
}

void add_environment(oci::RuntimeSpec& spec, const ProjectState& state, const std::string& home) {
  auto& env = spec.process.env;
  set_variable(env, "HOME", home);
  set_variable(env, "USER", user_inside());
  set_variable(env, "PYTHONNOUSERSITE", "1");
  set_variable(env, "PYTHONPYCACHEPREFIX", kPycacheInside);
  for (const auto& [name, value] : state.yaml.env) set_variable(env, name, value);
  for (const auto& name : passed_names(state.yaml)) {
    if (const auto value = env_vars::get(name.c_str())) set_variable(env, name, *value);
  }
}

void add_limits(oci::RuntimeSpec& spec, const project::EnvYaml& yaml) {
  if (yaml.resources.memory)
    spec.linux_.resources.memory_limit = static_cast<std::int64_t>(yaml.resources.memory->value);
  if (yaml.resources.cpus)
    spec.linux_.resources.cpu_quota = static_cast<std::int64_t>(*yaml.resources.cpus * 100'000);
  spec.linux_.namespaces = {"user", "mount", "pid", "uts", "ipc"};
  if (yaml.network != project::Network::host) spec.linux_.namespaces.push_back("network");
  // An ordinary user has no rights there beyond those outside; the host's root would have (files of /proc
  // belong to it).
  if (::getuid() != 0) return;
  spec.linux_.masked_paths = {"/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/scsi"};
  spec.linux_.readonly_paths = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
}

/// The project's name as a host name (RFC 1123): a shell's prompt shows where one is.
std::string hostname(const ProjectState& state) {
  std::string out;
  for (const char c : to_lower(state.name())) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain || !out.empty()) out.push_back(plain ? c : '-');
  }
  out.resize(std::min<std::size_t>(out.size(), 60));
  while (out.ends_with('-')) out.pop_back();
  return out.empty() ? "env" : out;
}

runtime::NetworkMode network_of(const project::EnvYaml& yaml) {
  switch (yaml.network) {
    case project::Network::none:
      return runtime::NetworkMode::none;
    case project::Network::isolated:
      return runtime::NetworkMode::isolated;
    case project::Network::host:
      break;
  }
  return runtime::NetworkMode::host;
}

}  // namespace

fs::path project_folder(const fs::path& state, const fs::path& project) {
  return state / "projects" / Digest::of(project.native()).hex().substr(0, 16);
}

void set_variable(std::vector<std::string>& env, const std::string& name, const std::string& value) {
  const std::string prefix = name + "=";
  std::erase_if(env, [&](const std::string& entry) { return entry.starts_with(prefix); });
  env.push_back(prefix + value);
}

std::vector<std::string> passed_names(const project::EnvYaml& yaml) {
  std::vector<std::string> names = runtime::native::passed_variables();
  for (const auto& secret : yaml.secrets) names.push_back(secret.text);
  return names;
}

Result<Container> make_container(const ProjectState& state, const Digest& image_id, Tools& tools,
                                 Events& events) {
  const auto image = tools.store.find_image(image_id);
  if (!image)
    return fail(Code::not_found, fmt::format("image {} is not in the store", image_id.str()),
                "run `env build`");
  Container container;
  ENVTOOL_TRY(container.rootfs, tools.store.materialise(image_id, events));
  container.options = {
      .network = network_of(state.yaml), .ports = state.yaml.ports, .upper = {}, .keep_stdin = true};

  const fs::path own = project_folder(tools.state, state.folder);
  const std::string home = "/home/" + user_inside();
  ENVTOOL_CHECK(make_directories(own / "home", 0700));
  ENVTOOL_CHECK(write_atomic(own / "project", state.folder.native() + "\n", 0600, false));
  ENVTOOL_TRY(auto files,
              runtime::native::write_host_files(own / "etc", {.lowers = container.rootfs.lowers,
                                                              .user = user_inside(),
                                                              .home = home,
                                                              .hostname = "env",
                                                              .network = container.options.network}));
  auto& spec = container.spec;
  spec.hostname = hostname(state);
  spec.root = {.path = "rootfs", .readonly = false};
  spec.process.uid = ::getuid();
  spec.process.gid = ::getgid();
  ENVTOOL_CHECK(add_image_config(spec, *image));
  spec.mounts = runtime::native::standard_mounts(state.yaml.resources.shm.value_or(ByteCount{}).value);
  add_bind(spec, state.folder, kWorkspace, false);
  add_bind(spec, own / "home", home, false);
  ENVTOOL_TRY(const fs::path pycache, pycache_folder(state, own));
  add_bind(spec, pycache, kPycacheInside, false);
  spec.mounts.insert(spec.mounts.end(), files.mounts.begin(), files.mounts.end());
  ENVTOOL_CHECK(add_user_mounts(spec, state));
  for (const auto& [name, value] : files.env) set_variable(spec.process.env, name, value);
  add_environment(spec, state, home);
  add_limits(spec, state.yaml);
  spec.annotations = {{"io.envtool.image", image_id.str()}, {"io.envtool.name", state.name()}};
  return container;
}

std::string working_folder(const ProcessRequest& request, const fs::path& project) {
  if (request.caller_folder) {
    const fs::path below = request.caller_folder->lexically_relative(project);
    if (!below.empty() && *below.begin() != ".." && below != ".")
      return (fs::path(kWorkspace) / below).native();
  }
  return kWorkspace;
}

Result<void> set_process(oci::RuntimeSpec& spec, const ProcessRequest& request, const ProjectState& state) {
  spec.process.terminal = request.terminal;
  spec.process.args = request.args;
  if (spec.process.args.empty() && state.yaml.command) {
    ENVTOOL_TRY(spec.process.args, split_words(state.yaml.command->text));
  }
  if (spec.process.args.empty()) spec.process.args = {"/bin/bash"};
  for (const auto& [name, value] : request.env) set_variable(spec.process.env, name, value);
  spec.process.cwd = working_folder(request, state.folder);
  return {};
}

}  // namespace envtool::workflow
