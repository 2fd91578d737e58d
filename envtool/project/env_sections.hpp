#pragma once
// The keys of env.yaml, one function each. Private to project/.
#include "envtool/project/env_fields.hpp"

namespace envtool::project {

// What goes into the image.
Result<void> read_name(const EnvFields& fields, const YamlNode& node, EnvYaml& out);
Result<void> read_python(const EnvFields& fields, const YamlNode& node, EnvYaml& out);
/// `python` picks the base, so without `base` it must be one that a release has.
Result<void> check_python(const EnvFields& fields, const YamlNode& root, const EnvYaml& yaml);
Result<void> read_base(const EnvFields& fields, const YamlNode& node, EnvYaml& out);
Result<void> read_system(const EnvFields& fields, const YamlNode& node, EnvYaml& out);
Result<void> read_indexes(const EnvFields& fields, const YamlNode& node, EnvYaml& out);
Result<void> read_exclude_newer(const EnvFields& fields, const YamlNode& node, EnvYaml& out);
Result<void> read_platforms(const EnvFields& fields, const YamlNode& node, EnvYaml& out);
Result<void> read_gpu(const EnvFields& fields, const YamlNode& node, EnvYaml& out);
Result<void> read_env(const EnvFields& fields, const YamlNode& node, EnvYaml& out);
Result<void> read_setup(const EnvFields& fields, const YamlNode& node, EnvYaml& out);

// What only matters when it runs.
Result<void> read_mounts(const EnvFields& fields, const YamlNode& node, EnvYaml& out);
Result<void> read_ports(const EnvFields& fields, const YamlNode& node, EnvYaml& out);
Result<void> read_command(const EnvFields& fields, const YamlNode& node, EnvYaml& out);
Result<void> read_services(const EnvFields& fields, const YamlNode& node, EnvYaml& out);
Result<void> read_network(const EnvFields& fields, const YamlNode& node, EnvYaml& out);
Result<void> read_resources(const EnvFields& fields, const YamlNode& node, EnvYaml& out);
Result<void> read_secrets(const EnvFields& fields, const YamlNode& node, EnvYaml& out);

}  // namespace envtool::project
