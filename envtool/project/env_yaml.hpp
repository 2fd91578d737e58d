#pragma once
// env.yaml as values (design §3, docs/formats/env-yaml.md).
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "envtool/support/byte_count.hpp"
#include "envtool/support/digest.hpp"
#include "envtool/support/platform.hpp"
#include "envtool/support/result.hpp"

namespace envtool::project {

/// A text to read and the name to show for it in errors.
struct Source {
  std::string name;  ///< "env.yaml", or a path
  std::string text;
};

/// A string a person wrote, with where.
struct Placed {
  std::string text;
  Place place;
  bool operator==(const Placed&) const = default;
};

struct BaseFromReference {
  std::string reference;
  bool operator==(const BaseFromReference&) const = default;
};
struct BaseFromArchive {
  enum class Distribution { debian, ubuntu } distribution = Distribution::debian;
  std::string suite;  ///< bullseye bookworm trixie jammy noble resolute
  bool operator==(const BaseFromArchive&) const = default;
};
struct BaseFromLayout {
  std::filesystem::path path;
  bool operator==(const BaseFromLayout&) const = default;
};  ///< OCI layout directory or tar archive, relative to env.yaml
using Base = std::variant<BaseFromReference, BaseFromArchive, BaseFromLayout>;

struct Index {
  std::string name;
  std::string url;
  std::vector<std::string> packages;  ///< glob patterns of names taken from this index only; empty: any
  Place place;
  bool operator==(const Index&) const = default;
};

struct GpuNeed {
  enum class Presence { none, optional, required } presence = Presence::none;
  std::uint32_t count = 1;  ///< 0: all
  std::optional<ByteCount> memory;
  std::optional<std::string> driver;  ///< ">=550"
  bool operator==(const GpuNeed&) const = default;
};

struct Mount {
  std::string source;  ///< as written; `~` and variables are expanded at run time
  std::string target;
  bool read_only = false;
  Place place;
  bool operator==(const Mount&) const = default;
};

struct Service {
  std::string name;
  std::optional<std::string> command;  ///< shell words; unset for the built-in jupyter
  std::optional<std::uint16_t> port;
  std::optional<std::string> health;  ///< path to GET
  Place place;
  bool operator==(const Service&) const = default;
};

struct Resources {
  std::optional<ByteCount> memory;
  std::optional<double> cpus;
  std::optional<ByteCount> shm;
  bool operator==(const Resources&) const = default;
};

enum class Network { host, isolated, none };

struct EnvYaml {
  std::optional<Placed> name;
  std::optional<Placed> python;  ///< "3.11"
  std::optional<Base> base;
  Place base_place;
  std::vector<Placed> system;
  /// PEP 508 requirements, checked; `-r FILE` is read in place (its lines carry that file's name as place).
  std::vector<Placed> packages;
  std::vector<Placed> editables;  ///< the path of each `-e PATH`
  std::vector<Placed> constraints;
  std::vector<Placed> overrides;
  std::vector<Index> indexes;
  std::optional<std::chrono::sys_seconds> exclude_newer;  ///< a bare day means its first second, UTC
  std::vector<Platform> platforms;  ///< never empty: defaults to linux/amd64 and linux/arm64
  GpuNeed gpu;
  Place gpu_place;
  std::vector<std::pair<std::string, std::string>> env;  ///< in file order
  std::vector<Mount> mounts;
  std::vector<std::uint16_t> ports;
  std::vector<Placed> setup;
  std::optional<Placed> command;
  std::vector<Service> services;
  Network network = Network::host;
  Resources resources;
  std::vector<Placed> secrets;

  /// For each editable, the digest of what its pyproject.toml declares for the resolver: names, versions and
  /// requirements, not comments or tool settings.
  std::vector<Digest> editable_metadata;
  /// Files other than env.yaml whose bytes were read (`-r requirements.txt`, an editable's pyproject.toml),
  /// relative to it: stale detection hashes them.
  std::vector<std::filesystem::path> included;
};

/// Read env.yaml. `folder` is where relative `-r` files are.
/// Errors: bad_input with file:line:column and, for an unknown key, the nearest known one.
Result<EnvYaml> read_env_yaml(const Source& source, const std::filesystem::path& folder);

/// The digest of everything in env.yaml that the lock answers: base, python, system, packages (those of
/// included files too), editables and what their pyproject.toml declares, constraints, overrides, indexes,
/// exclude-newer, platforms, gpu, setup, env. Comments, the order of keys and of lists of packages, and keys
/// that only matter at run time (command, ports, mounts, services, resources, secrets, network, name) do not
/// change it.
Digest inputs_digest(const EnvYaml& yaml);

/// Where a mount's source is on this machine: `~`, `$NAME` and `${NAME}` expanded, other relative paths
/// beside env.yaml in `folder`. Whether it is there is for the caller to see. Errors: bad_input at the mount
/// (a variable that is not set, another user's home).
Result<std::filesystem::path> mount_source(const Mount& mount, const std::filesystem::path& folder);

/// One sentence for each thing that env.yaml asks and this version cannot do yet. Reading accepts them, so
/// that `env lock` and editors can; workflow refuses them where they would matter.
std::vector<Error> not_yet(const EnvYaml& yaml);

/// The top-level keys, in the order in which docs/formats/env-yaml.md has them.
std::vector<std::string_view> env_yaml_keys();

/// The JSON Schema (draft 2020-12) that `env schema` prints; the same bytes as docs/formats/env.schema.json.
std::string_view env_yaml_schema();

}  // namespace envtool::project
