#pragma once
// pyproject.toml (PEP 518, 621): what a source tree says about itself without being run.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "envtool/formats/pep/metadata.hpp"
#include "envtool/support/result.hpp"

namespace envtool::resolve::python {

struct BuildSystem {
  std::vector<std::string> requirements{"setuptools>=40.8.0"};
  std::string backend = "setuptools.build_meta:__legacy__";
  std::vector<std::string> backend_path;  ///< relative to the source tree
};

struct PyProject {
  std::optional<std::string> name;
  std::optional<std::string> version;
  std::optional<std::string> requires_python;
  std::vector<std::string> dependencies;
  std::map<std::string, std::vector<std::string>> optional_dependencies;  ///< by extra
  bool has_project = false;                                               ///< there is a [project] table
  bool dynamic_dependencies = false;  ///< they are known only after running the build backend
  BuildSystem build;

  /// Errors: bad_input with line and column; `name_of_file` is shown.
  static Result<PyProject> parse(std::string_view text, const std::string& name_of_file);
};

/// The same facts as METADATA would have. Errors: bad_input: a requirement that is none.
Result<pep::Metadata> metadata_of(const PyProject& project, const std::string& name_of_file);

}  // namespace envtool::resolve::python
