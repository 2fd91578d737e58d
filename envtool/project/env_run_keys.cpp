// The keys of env.yaml that matter only when the environment runs.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "envtool/project/env_sections.hpp"
#include "envtool/support/text.hpp"

namespace envtool::project {
namespace {
using Kind = YamlNode::Kind;

constexpr std::string_view kMountExample = "{source: ~/datasets, target: /data, read-only: true}";

/// Targets that would hide what the container itself needs.
Result<void> check_target(const EnvFields& fields, const YamlNode& node, const std::string& target) {
  const auto normal = std::filesystem::path(target).lexically_normal();
  if (!normal.is_absolute() || target != normal.native() || normal == "/" || target.back() == '/')
    return fields.error(node, fmt::format("the mount's target '{}' is not an absolute path below /", target),
                        "write where it appears in the container, for example target: /data");
  static constexpr std::array<std::string_view, 4> kTaken{"/proc", "/sys", "/dev", "/workspace"};
  for (const auto taken : kTaken) {
    if (target != taken && !target.starts_with(std::string(taken) + "/")) continue;
    if (taken == "/workspace" && target != taken) continue;
    return fields.error(
        node, fmt::format("the mount's target '{}' is in {}, which the container has itself", target, taken),
        "choose another folder, for example /data");
  }
  return {};
}

Result<void> read_mount(const EnvFields& fields, const YamlNode& node, const std::string& what, Mount& out) {
  if (node.kind == Kind::scalar && node.text.find(':') != std::string::npos)
    return fields.error(node, fmt::format("{} is {}, and a mapping is expected", what, describe(node)),
                        fmt::format("write it as `{}`", kMountExample));
  ENVTOOL_CHECK(fields.keys(node, what, {"source", "target", "read-only"}));
  out.place = fields.place(node);
  ENVTOOL_TRY(const auto* source, fields.need(node, what, "source", kMountExample));
  ENVTOOL_TRY(const auto source_text, fields.text(*source, what + ".source", kMountExample));
  out.source = source_text.text;
  ENVTOOL_TRY(const auto* target, fields.need(node, what, "target", kMountExample));
  ENVTOOL_TRY(const auto target_text, fields.text(*target, what + ".target", kMountExample));
  out.target = target_text.text;
  ENVTOOL_CHECK(check_target(fields, *target, out.target));
  if (const auto* read_only = node.find("read-only"); read_only != nullptr) {
    ENVTOOL_TRY(out.read_only, fields.truth(*read_only, what + ".read-only"));
  }
  return {};
}

Result<void> read_service(const EnvFields& fields, const YamlNode& node, Service& out) {
  const auto what = "services." + out.name;
  ENVTOOL_CHECK(fields.keys(node, what, {"command", "port", "health"}));
  if (const auto* command = node.find("command"); command != nullptr) {
    ENVTOOL_TRY(const auto text, fields.text(*command, what + ".command", "command: python serve.py"));
    out.command = text.text;
  }
  if (const auto* port = node.find("port"); port != nullptr) {
    ENVTOOL_TRY(const auto number, fields.number(*port, what + ".port", 1, 65535));
    out.port = static_cast<std::uint16_t>(number);
  }
  if (const auto* health = node.find("health"); health != nullptr) {
    ENVTOOL_TRY(const auto path, fields.text(*health, what + ".health", "health: /ready"));
    if (!path.text.starts_with('/'))
      return fields.error(
          *health, fmt::format("{}.health '{}' does not begin with /", what, path.text),
          "write the path that answers when the service is ready, for example health: /ready");
    out.health = path.text;
  }
  return {};
}

}  // namespace

Result<void> read_mounts(const EnvFields& fields, const YamlNode& node, EnvYaml& out) {
  ENVTOOL_TRY(const auto* items, fields.list(node, "mounts", fmt::format("mounts: [{}]", kMountExample)));
  for (std::size_t i = 0; i < items->size(); ++i) {
    ENVTOOL_CHECK(read_mount(fields, (*items)[i], fmt::format("mounts[{}]", i), out.mounts.emplace_back()));
    const auto twins = std::count_if(out.mounts.begin(), out.mounts.end(), [&](const Mount& mount) {
      return mount.target == out.mounts.back().target;
    });
    if (twins > 1)
      return fields.error((*items)[i],
                          fmt::format("two mounts have the target '{}'", out.mounts.back().target),
                          "give one of them another target");
  }
  return {};
}

Result<void> read_ports(const EnvFields& fields, const YamlNode& node, EnvYaml& out) {
  ENVTOOL_TRY(const auto* items, fields.list(node, "ports", "ports: [6006]"));
  for (std::size_t i = 0; i < items->size(); ++i) {
    ENVTOOL_TRY(const auto port, fields.number((*items)[i], fmt::format("ports[{}]", i), 1, 65535));
    if (std::find(out.ports.begin(), out.ports.end(), port) != out.ports.end())
      return fields.error((*items)[i], fmt::format("the port {} is there twice", port), "remove one");
    out.ports.push_back(static_cast<std::uint16_t>(port));
  }
  return {};
}

Result<void> read_command(const EnvFields& fields, const YamlNode& node, EnvYaml& out) {
  ENVTOOL_TRY(out.command, fields.text(node, "command", "command: python train.py"));
  return {};
}

Result<void> read_services(const EnvFields& fields, const YamlNode& node, EnvYaml& out) {
  constexpr std::string_view kExample = "services: {jupyter: true}";
  if (node.kind == Kind::null) return {};
  if (node.kind != Kind::mapping)
    return fields.wrong_type(node, "services", "a mapping of names to services", kExample);
  for (const auto& [key, value] : node.members) {
    if (!is_word(key.text, "-_"))
      return fields.error(key, fmt::format("{} is not a name for a service", describe(key)),
                          "use letters, digits, - and _");
    if (is_truth(value) && value.text == "false") continue;
    Service service;
    service.name = key.text;
    service.place = fields.place(key);
    if (!is_truth(value)) ENVTOOL_CHECK(read_service(fields, value, service));
    if (!service.command && service.name != "jupyter")
      return fields.error(
          value, fmt::format("services.{} has no command", key.text),
          fmt::format("write for example `{}: {{command: python serve.py, port: 8000}}`", key.text));
    out.services.push_back(std::move(service));
  }
  return {};
}

Result<void> read_network(const EnvFields& fields, const YamlNode& node, EnvYaml& out) {
  ENVTOOL_TRY(const auto text, fields.text(node, "network", "network: host"));
  static const std::vector<std::string> kNames{"host", "isolated", "none"};
  const auto at = std::find(kNames.begin(), kNames.end(), text.text);
  if (at == kNames.end())
    return fields.error(node, fmt::format("network '{}' is not known", text.text),
                        "write host, isolated or none");
  out.network = static_cast<Network>(at - kNames.begin());
  return {};
}

Result<void> read_resources(const EnvFields& fields, const YamlNode& node, EnvYaml& out) {
  if (node.kind == Kind::null) return {};
  ENVTOOL_CHECK(fields.keys(node, "resources", {"memory", "cpus", "shm"}));
  if (const auto* memory = node.find("memory"); memory != nullptr) {
    ENVTOOL_TRY(out.resources.memory, fields.size(*memory, "resources.memory"));
  }
  if (const auto* shm = node.find("shm"); shm != nullptr) {
    ENVTOOL_TRY(out.resources.shm, fields.size(*shm, "resources.shm"));
  }
  if (const auto* cpus = node.find("cpus"); cpus != nullptr) {
    double value = 0;
    const char* end = cpus->text.data() + cpus->text.size();
    const auto [rest, status] = std::from_chars(cpus->text.data(), end, value, std::chars_format::fixed);
    if (cpus->kind != Kind::scalar || status != std::errc{} || rest != end ||
        !(value >= 0.01 && value <= 4096))
      return fields.error(
          *cpus, fmt::format("resources.cpus is {}, and a number of cores is expected", describe(*cpus)),
          "write for example cpus: 4 or cpus: 0.5");
    out.resources.cpus = value;
  }
  return {};
}

Result<void> read_secrets(const EnvFields& fields, const YamlNode& node, EnvYaml& out) {
  ENVTOOL_TRY(out.secrets, fields.texts(node, "secrets", "secrets: [HF_TOKEN]"));
  for (const auto& item : node.items) ENVTOOL_CHECK(fields.variable_name(item, "secrets:"));
  return {};
}

}  // namespace envtool::project
