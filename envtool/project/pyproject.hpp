#pragma once
// What pyproject.toml declares, as far as resolving and installing need it (PEP 518, PEP 621).
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "envtool/project/env_yaml.hpp"
#include "envtool/support/digest.hpp"
#include "envtool/support/result.hpp"

namespace envtool::project {

struct Pyproject {
  /// [build-system]; the defaults of PEP 517 where the table is absent.
  struct BuildSystem {
    std::vector<Placed> requires_packages;
    std::string backend;  ///< "setuptools.build_meta:__legacy__" when absent
    std::vector<std::string> backend_path;
    bool operator==(const BuildSystem&) const = default;
  } build_system;

  bool has_project = false;  ///< there is a [project] table; without one only the backend knows the rest
  std::string name;          ///< as written
  std::optional<std::string> version;  ///< absent when it is in `dynamic`
  std::optional<Placed> requires_python;
  std::vector<Placed> dependencies;
  std::map<std::string, std::vector<Placed>> optional_dependencies;
  std::map<std::string, std::string> scripts;  ///< name → module:function
  std::map<std::string, std::string> gui_scripts;
  std::vector<std::string> dynamic;
  /// Whether the backend has to be asked for a field: "version", "dependencies", "optional-dependencies".
  [[nodiscard]] bool is_dynamic(std::string_view field) const;
};

/// Errors: bad_input with line and column — not TOML, a wrong type, a requirement that is none, no name, or
/// neither a version nor `dynamic = ["version"]`.
/// Source: PEP 621; PEP 518; PEP 517 ("build-backend" default).
Result<Pyproject> read_pyproject(const Source& source);

/// The digest of what read_pyproject gives, so that comments and tool settings do not make a lock stale.
Digest digest(const Pyproject& pyproject);

}  // namespace envtool::project
