#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "envtool/formats/oci/runtime_spec.hpp"
#include "envtool/store/store.hpp"
#include "envtool/workflow/project_state.hpp"
#include "envtool/workflow/tools.hpp"
#include "envtool/workflow/workflow.hpp"
#include "runtime/engine.hpp"

namespace envtool::workflow {

inline constexpr const char* kWorkspace = "/workspace";

/// A container of a project, ready for an engine but for the process's arguments.
struct Container {
  oci::RuntimeSpec spec;
  store::Rootfs rootfs;
  runtime::StartOptions options;
};

/// Image, env.yaml and host → the container (design §6). Makes the project's private HOME and the generated
/// files of /etc in the state folder. Errors: bad_input (a mount's source is not there: place and remedy),
/// not_found, io.
Result<Container> make_container(const ProjectState& state, const Digest& image, Tools& tools,
                                 Events& events);

/// Fill in the process: `args` or the project's command or a shell, working folder, variables.
/// Errors: bad_input (a quote in `command` that does not end).
Result<void> set_process(oci::RuntimeSpec& spec, const ProcessRequest& request, const ProjectState& state);

/// /workspace, or below it where the caller's folder is below the project.
std::string working_folder(const ProcessRequest& request, const std::filesystem::path& project);

/// What a project has beside its source tree: home/, etc/, pycache/, and the file `project` with its path.
std::filesystem::path project_folder(const std::filesystem::path& state,
                                     const std::filesystem::path& project);

/// Set or replace NAME in a list of "NAME=value".
void set_variable(std::vector<std::string>& env, const std::string& name, const std::string& value);

/// Names of host variables that a container gets when they are set: TERM and its kin, proxies, env.yaml's
/// `secrets`.
std::vector<std::string> passed_names(const project::EnvYaml& yaml);

/// Split as a POSIX shell splits words, without expansions. Errors: bad_input (a quote that does not end).
Result<std::vector<std::string>> split_words(std::string_view text);

}  // namespace envtool::workflow
