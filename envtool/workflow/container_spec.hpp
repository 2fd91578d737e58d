#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "envtool/formats/oci/runtime_spec.hpp"
#include "envtool/project/env_yaml.hpp"
#include "envtool/store/store.hpp"
#include "envtool/workflow/project_state.hpp"
#include "envtool/workflow/workflow.hpp"

namespace envtool::workflow {

/// What of the host goes into a container: read once, so that the rest is a function of values.
struct HostFacts {
  std::uint32_t uid = 0, gid = 0;
  std::string user;  ///< "" where the uid has no name
  std::filesystem::path home;
  std::optional<std::filesystem::path> ca_bundle;  ///< a CA bundle that the user or the site has chosen
  std::vector<std::pair<std::string, std::string>> pass_through;  ///< TERM, COLORTERM, proxies, as set
  std::vector<std::pair<std::string, std::string>> secrets;       ///< env.yaml's `secrets` that are set
};
HostFacts read_host_facts(const project::EnvYaml& yaml);

/// Folders of ours that a container sees.
struct ContainerFolders {
  std::filesystem::path home;     ///< private to the project: the host's ~/.local never leaks in
  std::filesystem::path etc;      ///< generated passwd, group, hosts, resolv.conf
  std::filesystem::path pycache;  ///< byte code of the image
};

/// The runtime-spec document of a container of this project, without the process's arguments.
/// Pure but for looking whether mount sources exist. Errors: bad_input (a mount's source is not there; place
/// and remedy), unsupported.
Result<oci::RuntimeSpec> container_spec(const ProjectState& state, const store::Store::Image& image,
                                        const HostFacts& host, const ContainerFolders& folders);

/// Fill in the process: `args` or the project's command or a shell, working folder, variables.
/// Errors: bad_input (unbalanced quotes in `command`).
Result<void> set_process(oci::RuntimeSpec& spec, const ProcessRequest& request, const ProjectState& state);

/// Split as a POSIX shell splits words, without expansions. Errors: bad_input (a quote that does not end).
Result<std::vector<std::string>> split_words(std::string_view text);

inline constexpr const char* kWorkspace = "/workspace";

}  // namespace envtool::workflow
