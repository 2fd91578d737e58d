#include <fmt/format.h>

#include <algorithm>

#include "envtool/support/files.hpp"
#include "envtool/support/text.hpp"
#include "envtool/workflow/installation.hpp"
#include "envtool/workflow/project_state.hpp"
#include "envtool/workflow/workflow.hpp"

namespace envtool::workflow {
namespace fs = std::filesystem;
namespace {

Result<std::vector<std::string>> template_names(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_directory()) names.push_back(entry.path().filename().native());
  }
  if (names.empty())
    return fail(Code::not_found, fmt::format("there are no templates in {}", folder.native()),
                "install envtool again");
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

Result<std::vector<fs::path>> init(const InitRequest& request) {
  const fs::path templates = share_folder() / "templates";
  ENVTOOL_TRY(const auto names, template_names(templates));
  if (std::find(names.begin(), names.end(), request.name) == names.end()) {
    const auto near = nearest(request.name, names);
    return fail(
        Code::bad_input, fmt::format("there is no template '{}'", request.name),
        near ? fmt::format("did you mean '{}'?", *near) : fmt::format("there are {}", enumerate(names)));
  }
  std::error_code error;
  if (fs::exists(request.folder / kEnvYaml, error)) {
    return fail(Code::bad_input, fmt::format("{} is there already", (request.folder / kEnvYaml).native()),
                "edit it, or run `env init` in another folder");
  }
  std::vector<fs::path> made;
  for (const auto& entry : fs::recursive_directory_iterator(templates / request.name, error)) {
    if (!entry.is_regular_file()) continue;
    const fs::path target = request.folder / entry.path().lexically_relative(templates / request.name);
    if (fs::exists(target, error)) continue;
    ENVTOOL_CHECK(make_directories(target.parent_path()));
    ENVTOOL_TRY(const std::string text, read_file(entry.path()));
    ENVTOOL_CHECK(write_atomic(target, text));
    made.push_back(target);
  }
  std::sort(made.begin(), made.end());
  return made;
}

}  // namespace envtool::workflow
