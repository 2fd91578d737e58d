#include "envtool/project/env_yaml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "envtool/project/env_sections.hpp"
#include "envtool/project/package_reader.hpp"
#include "envtool/support/text.hpp"

namespace envtool::project {
namespace {

/// Requirements under `packages`, `constraints` and `overrides`; a quoted text begins one column later.
Result<void> read_packages(const EnvFields& fields, const YamlNode& node, EnvYaml& out,
                           const std::filesystem::path& folder) {
  ENVTOOL_TRY(const auto entries, fields.texts(node, "packages", "packages: [numpy, pandas>=2]"));
  PackageReader reader(folder, fields.file(), out);
  for (std::size_t i = 0; i < entries.size(); ++i)
    ENVTOOL_CHECK(reader.entry(entries[i], node.items[i].quoted ? 1 : 0));
  return {};
}
Result<void> read_bounds(const EnvFields& fields, const YamlNode& node, std::vector<Placed>& out,
                         std::string_view key) {
  ENVTOOL_TRY(const auto entries, fields.texts(node, key, fmt::format("{}: [numpy<2]", key)));
  for (std::size_t i = 0; i < entries.size(); ++i) {
    ENVTOOL_CHECK(PackageReader::check_bound(entries[i], node.items[i].quoted ? 1 : 0, key));
    out.push_back(entries[i]);
  }
  return {};
}
Result<void> read_constraints(const EnvFields& fields, const YamlNode& node, EnvYaml& out) {
  return read_bounds(fields, node, out.constraints, "constraints");
}
Result<void> read_overrides(const EnvFields& fields, const YamlNode& node, EnvYaml& out) {
  return read_bounds(fields, node, out.overrides, "overrides");
}

struct Key {
  std::string_view name;
  Result<void> (*read)(const EnvFields&, const YamlNode&,
                       EnvYaml&);  ///< null: `packages`, which needs a folder
};
constexpr std::array kKeys{
    Key{"name", read_name},
    Key{"python", read_python},
    Key{"base", read_base},
    Key{"system", read_system},
    Key{"packages", nullptr},
    Key{"constraints", read_constraints},
    Key{"overrides", read_overrides},
    Key{"indexes", read_indexes},
    Key{"exclude-newer", read_exclude_newer},
    Key{"platforms", read_platforms},
    Key{"gpu", read_gpu},
    Key{"env", read_env},
    Key{"mounts", read_mounts},
    Key{"ports", read_ports},
    Key{"setup", read_setup},
    Key{"command", read_command},
    Key{"services", read_services},
    Key{"network", read_network},
    Key{"resources", read_resources},
    Key{"secrets", read_secrets},
};

/// Words that other tools use for our keys: too far for a spelling suggestion.
constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kElsewhere{{
    {"dependencies", "packages"},
    {"requirements", "packages"},
    {"pip", "packages"},
    {"apt", "system"},
    {"image", "base"},
    {"from", "base"},
    {"environment", "env"},
    {"variables", "env"},
    {"volumes", "mounts"},
    {"run", "setup"},
    {"build", "setup"},
    {"cmd", "command"},
    {"entrypoint", "command"},
    {"channels", "indexes"},
}};

Failure unknown_key(const EnvFields& fields, const YamlNode& key) {
  std::vector<std::string> names;
  for (const auto& known : kKeys) names.emplace_back(known.name);
  for (const auto& [theirs, ours] : kElsewhere) {
    if (key.text == theirs)
      return fields.error(key, fmt::format("unknown key '{}' in {}", key.text, fields.file()),
                          fmt::format("here it is called '{}'; see `env help env.yaml`", ours));
  }
  return fields.unknown_key(key, " in " + fields.file(), names);
}

Result<void> read_keys(const EnvFields& fields, const YamlNode& root, const std::filesystem::path& folder,
                       EnvYaml& out) {
  for (const auto& [key, value] : root.members) {
    const auto* known =
        std::find_if(kKeys.begin(), kKeys.end(), [&](const Key& k) { return k.name == key.text; });
    if (known == kKeys.end()) return unknown_key(fields, key);
    ENVTOOL_CHECK(known->read == nullptr ? read_packages(fields, value, out, folder)
                                         : known->read(fields, value, out));
  }
  return {};
}

}  // namespace

Result<EnvYaml> read_env_yaml(const Source& source, const std::filesystem::path& folder) {
  ENVTOOL_TRY(const auto root, parse_yaml(source));
  const EnvFields fields(source.name);
  if (root.kind == YamlNode::Kind::null)
    return fields.error(YamlNode{}, source.name + " is empty",
                        "write at least `packages: [numpy]`, or run `env init` in an empty folder");
  if (root.kind != YamlNode::Kind::mapping)
    return fields.wrong_type(root, source.name, "a mapping of keys", "packages: [numpy, pandas>=2]");
  EnvYaml out;
  ENVTOOL_CHECK(read_keys(fields, root, folder, out));
  if (root.find("packages") == nullptr)
    return fields.error(root, source.name + " has no 'packages'",
                        "write for example `packages: [numpy, pandas>=2]`, or `packages: []` for none");
  ENVTOOL_CHECK(check_python(fields, root, out));
  if (out.platforms.empty()) out.platforms = {{"linux", "amd64"}, {"linux", "arm64"}};
  return out;
}

std::vector<std::string_view> env_yaml_keys() {
  std::vector<std::string_view> out;
  for (const auto& key : kKeys) out.push_back(key.name);
  return out;
}

std::vector<Error> not_yet(const EnvYaml& yaml) {
  std::vector<Error> out;
  const auto refuse = [&](Place place, std::string what, std::string hint) {
    out.push_back(Error{.code = Code::unsupported,
                        .what = std::move(what),
                        .place = std::move(place),
                        .chain = {},
                        .hints = {std::move(hint)}});
  };
  const std::string version = "envtool " ENVTOOL_VERSION;
  if (yaml.base && std::holds_alternative<BaseFromReference>(*yaml.base))
    refuse(yaml.base_place,
           fmt::format("{} cannot take the base {} from a registry yet", version,
                       std::get<BaseFromReference>(*yaml.base).reference),
           "use {debian: bookworm} or {ubuntu: noble}, or an image in a folder: {oci: ./image}");
  if (yaml.gpu.presence == GpuNeed::Presence::required)
    refuse(yaml.gpu_place, version + " cannot give a container a GPU yet",
           "write `gpu: optional` to run without one for now");
  if (!yaml.services.empty())
    refuse(yaml.services.front().place,
           fmt::format("{} cannot start services ({}) yet", version, yaml.services.front().name),
           "start it by hand: `env run -- jupyter lab --ip 127.0.0.1`, and remove the key for now");
  return out;
}

}  // namespace envtool::project
