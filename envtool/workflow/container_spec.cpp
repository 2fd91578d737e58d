#include "envtool/workflow/container_spec.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "envtool/support/env_vars.hpp"

namespace envtool::workflow {
namespace fs = std::filesystem;
namespace {

constexpr const char* kCaInside = "/run/envtool/ca-certificates.crt";
constexpr const char* kPycacheInside = "/run/envtool/pycache";
/// Each is what one family of programs reads: OpenSSL and Python, curl, requests, pip, git, Node.
constexpr const char* kCaVariables[] = {"SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE",
                                        "PIP_CERT",      "GIT_SSL_CAINFO", "NODE_EXTRA_CA_CERTS"};

void set_env(std::vector<std::string>& env, const std::string& name, const std::string& value) {
  const std::string prefix = name + "=";
  std::erase_if(env, [&](const std::string& entry) { return entry.starts_with(prefix); });
  env.push_back(prefix + value);
}

void bind(oci::RuntimeSpec& spec, const fs::path& source, const std::string& target, bool read_only) {
  spec.mounts.push_back({.destination = target,
                         .type = "bind",
                         .source = source.native(),
                         .options = {"rbind", read_only ? "ro" : "rw", "nosuid", "nodev"}});
}

void add_kernel_mounts(oci::RuntimeSpec& spec, const project::EnvYaml& yaml) {
  const ByteCount shm = yaml.resources.shm.value_or(ByteCount{2ULL << 30});
  spec.mounts = {
      {"/proc", "proc", "proc", {"nosuid", "nodev", "noexec"}},
      {"/dev", "tmpfs", "tmpfs", {"nosuid", "mode=755", "size=65536k"}},
      {"/dev/pts", "devpts", "devpts", {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"}},
      {"/dev/shm", "tmpfs", "shm", {"nosuid", "nodev", "mode=1777", fmt::format("size={}", shm.value)}},
      {"/sys", "bind", "/sys", {"rbind", "ro", "nosuid", "nodev", "noexec"}},
      {"/tmp", "tmpfs", "tmpfs", {"nosuid", "nodev", "mode=1777"}},
      {"/run", "tmpfs", "tmpfs", {"nosuid", "nodev", "mode=755"}},
  };
}

std::string home_inside(const HostFacts& host) {
  return "/home/" + (host.user.empty() || host.user == "root" ? std::string("env") : host.user);
}

Result<void> add_user_mounts(oci::RuntimeSpec& spec, const ProjectState& state, const HostFacts& host) {
  for (const auto& mount : state.yaml.mounts) {
    fs::path source = mount.source;
    if (mount.source == "~" || mount.source.starts_with("~/"))
      source = host.home / fs::path(mount.source).lexically_relative("~");
    if (source.is_relative()) source = state.folder / source;
    std::error_code error;
    if (!fs::exists(source, error)) {
      return fail(Error{.code = Code::bad_input,
                        .what = fmt::format("the mount source {} does not exist on this machine",
                                            source.lexically_normal().native()),
                        .place = mount.place,
                        .chain = {},
                        .hints = {"make the folder, or change `mounts` in env.yaml"}});
    }
    bind(spec, source.lexically_normal(), mount.target, mount.read_only);
  }
  return {};
}

Result<void> add_image_config(oci::RuntimeSpec& spec, const store::Store::Image& image) {
  const auto config = nlohmann::json::parse(image.config, nullptr, false);
  if (config.is_discarded() || !config.contains("config"))
    return fail(Code::internal, fmt::format("the config of image {} is damaged", image.id.str()),
                "`env gc --verify` removes it");
  for (const auto& entry : config["config"].value("Env", nlohmann::json::array()))
    spec.process.env.push_back(entry.get<std::string>());
  spec.process.cwd = config["config"].value("WorkingDir", std::string(kWorkspace));
  return {};
}

void add_environment(oci::RuntimeSpec& spec, const ProjectState& state, const HostFacts& host) {
  auto& env = spec.process.env;
  set_env(env, "HOME", home_inside(host));
  set_env(env, "USER", host.user.empty() ? "env" : host.user);
  set_env(env, "PYTHONNOUSERSITE", "1");
  set_env(env, "PYTHONPYCACHEPREFIX", kPycacheInside);
  for (const auto& [name, value] : host.pass_through) set_env(env, name, value);
  if (host.ca_bundle) {
    for (const char* name : kCaVariables) set_env(env, name, kCaInside);
  }
  for (const auto& [name, value] : state.yaml.env) set_env(env, name, value);
  for (const auto& [name, value] : host.secrets) set_env(env, name, value);
}

void add_resources(oci::RuntimeSpec& spec, const project::Resources& resources) {
  if (resources.memory)
    spec.linux_.resources.memory_limit = static_cast<std::int64_t>(resources.memory->value);
  if (resources.cpus) spec.linux_.resources.cpu_quota = static_cast<std::int64_t>(*resources.cpus * 100'000);
}

}  // namespace

HostFacts read_host_facts(const project::EnvYaml& yaml) {
  HostFacts host;
  host.uid = ::getuid();
  host.gid = ::getgid();
  host.user = env_vars::user_name().value_or("");
  host.home = env_vars::home_dir();
  host.ca_bundle = env_vars::ca_bundle();
  for (const char* name : {"TERM", "COLORTERM", "NO_COLOR", "TZ", "http_proxy", "https_proxy", "no_proxy",
                           "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"}) {
    if (const auto value = env_vars::get(name)) host.pass_through.emplace_back(name, *value);
  }
  for (const auto& secret : yaml.secrets) {
    if (const auto value = env_vars::get(secret.text.c_str())) host.secrets.emplace_back(secret.text, *value);
  }
  return host;
}

Result<oci::RuntimeSpec> container_spec(const ProjectState& state, const store::Store::Image& image,
                                        const HostFacts& host, const ContainerFolders& folders) {
  oci::RuntimeSpec spec;
  spec.hostname = "env";
  spec.root = {.path = "rootfs", .readonly = false};
  spec.process.uid = host.uid;
  spec.process.gid = host.gid;
  ENVTOOL_CHECK(add_image_config(spec, image));
  add_kernel_mounts(spec, state.yaml);
  bind(spec, state.folder, kWorkspace, false);
  bind(spec, folders.home, home_inside(host), false);
  bind(spec, folders.pycache, kPycacheInside, false);
  for (const char* file : {"passwd", "group", "hosts", "resolv.conf"}) {
    std::error_code error;
    if (fs::exists(folders.etc / file, error))
      bind(spec, folders.etc / file, fmt::format("/etc/{}", file), true);
  }
  if (host.ca_bundle) bind(spec, *host.ca_bundle, kCaInside, true);
  ENVTOOL_CHECK(add_user_mounts(spec, state, host));
  add_environment(spec, state, host);
  add_resources(spec, state.yaml.resources);
  spec.linux_.namespaces = {"user", "mount", "pid", "uts", "ipc"};
  if (state.yaml.network != project::Network::host) spec.linux_.namespaces.push_back("network");
  spec.linux_.masked_paths = {"/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/scsi"};
  spec.linux_.readonly_paths = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
  spec.annotations = {{"org.opencontainers.image.ref.name", state.name()},
                      {"io.envtool.image", image.id.str()}};
  return spec;
}

Result<std::vector<std::string>> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool open = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\'' || c == '"') {
      open = true;
      const std::size_t from = i;
      for (++i; i < text.size() && text[i] != c; ++i) {
        if (c == '"' && text[i] == '\\' && i + 1 < text.size() &&
            std::string_view("\"\\$`").find(text[i + 1]) != std::string_view::npos)
          ++i;
        word.push_back(text[i]);
      }
      if (i >= text.size()) {
        return fail(Code::bad_input,
                    fmt::format("the quote at character {} of `{}` does not end", from + 1, text),
                    fmt::format("close it with {}", c));
      }
    } else if (c == '\\' && i + 1 < text.size()) {
      open = true;
      word.push_back(text[++i]);
    } else if (c == ' ' || c == '\t' || c == '\n') {
      if (open) words.push_back(std::exchange(word, {}));
      open = false;
    } else {
      open = true;
      word.push_back(c);
    }
  }
  if (open) words.push_back(std::move(word));
  return words;
}

Result<void> set_process(oci::RuntimeSpec& spec, const ProcessRequest& request, const ProjectState& state) {
  spec.process.terminal = request.terminal;
  spec.process.args = request.args;
  if (spec.process.args.empty() && state.yaml.command) {
    ENVTOOL_TRY(spec.process.args, split_words(state.yaml.command->text));
  }
  if (spec.process.args.empty()) spec.process.args = {"/bin/bash"};
  for (const auto& [name, value] : request.env) set_env(spec.process.env, name, value);
  spec.process.cwd = kWorkspace;
  if (request.caller_folder) {
    const fs::path below = request.caller_folder->lexically_relative(state.folder);
    if (!below.empty() && *below.begin() != ".." && below != ".")
      spec.process.cwd = (fs::path(kWorkspace) / below).native();
  }
  return {};
}

}  // namespace envtool::workflow
