#include "envtool/workflow/project_state.hpp"

#include <fmt/format.h>

#include "envtool/support/files.hpp"
#include "envtool/support/text.hpp"
#include "envtool/workflow/resolve_project.hpp"

namespace envtool::workflow {
namespace fs = std::filesystem;

Result<fs::path> find_project(const fs::path& start) {
  std::error_code error;
  const fs::path from = fs::weakly_canonical(start, error);
  for (fs::path folder = from;; folder = folder.parent_path()) {
    if (fs::exists(folder / kEnvYaml, error)) return folder;
    if (folder == folder.parent_path()) break;
  }
  return fail(Code::not_found, fmt::format("there is no env.yaml in {} or a folder above it", from.native()),
              "`env init` writes one to start from");
}

std::string ProjectState::name() const { return yaml.name ? yaml.name->text : folder.filename().native(); }

namespace {
/// A file of the project as an error names it: relative to where the caller is, so that it can be opened.
std::string shown_name(const fs::path& folder, const char* file) {
  std::error_code error;
  const fs::path here = fs::current_path(error);
  const fs::path relative = (folder / file).lexically_relative(here);
  if (error || relative.empty()) return (folder / file).native();
  return relative.native();
}
}  // namespace

Result<ProjectState> load_project(const fs::path& folder) {
  ProjectState state;
  state.folder = folder;
  ENVTOOL_TRY(const std::string text, read_file(folder / kEnvYaml, 8_MiB));
  ENVTOOL_TRY(state.yaml,
              project::read_env_yaml({.name = shown_name(folder, kEnvYaml), .text = text}, folder));
  state.inputs = project::inputs_digest(state.yaml);
  auto lock_text = read_file(folder / kEnvLock, 64_MiB);
  if (!lock_text) {
    if (lock_text.error().code == Code::not_found) return state;
    return fail(std::move(lock_text).error());
  }
  ENVTOOL_TRY(state.lock, project::read_lock({.name = shown_name(folder, kEnvLock), .text = *lock_text}));
  return state;
}

Result<void> write_lock(const fs::path& folder, const project::Lock& lock) {
  const std::string text = project::render(lock);
  const auto present = read_file(folder / kEnvLock);
  if (present && *present == text) return {};
  return write_atomic(folder / kEnvLock, text);
}

Result<ProjectState> with_lock(const fs::path& folder, LockMode mode, Tools& tools, Events& events) {
  ENVTOOL_TRY(ProjectState state, load_project(folder));
  if (state.current()) return state;
  if (mode == LockMode::locked) {
    return fail(Code::stale_lock,
                state.lock ? "env.lock does not answer env.yaml any more" : "there is no env.lock",
                "run `env lock` and commit env.lock, or leave out --locked");
  }
  ENVTOOL_TRY(const FileLock guard, tools.store.lock(Digest::of("project:" + folder.native())));
  ENVTOOL_TRY(state, load_project(folder));
  if (state.current()) return state;
  const bool first = !state.lock;
  ENVTOOL_TRY(project::Lock lock, resolve_project(state, {}, tools, events));
  if (!first) {
    for (const auto& line : describe(project::diff(*state.lock, lock))) events.note(line);
  }
  ENVTOOL_CHECK(write_lock(folder, lock));
  events.note(fmt::format("wrote {}", (folder / kEnvLock).filename().native()));
  state.lock = std::move(lock);
  return state;
}

Result<const project::LockedPlatform*> host_part(const ProjectState& state) {
  const Platform host = Platform::host();
  if (const auto* part = state.lock->find(host)) return part;
  std::vector<std::string> have;
  for (const auto& platform : state.lock->platforms) have.push_back(platform.platform.str());
  return fail(Code::unsupported,
              fmt::format("this machine is {}, and env.lock has {} only", host.str(), enumerate(have)),
              fmt::format("add {} to `platforms` in env.yaml and run `env lock`", host.str()));
}

}  // namespace envtool::workflow
