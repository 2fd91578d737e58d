#include <fmt/format.h>

#include <set>

#include "envtool/workflow/resolve_project.hpp"
#include "envtool/workflow/workflow.hpp"

namespace envtool::workflow {
namespace {

void count(const project::Lock& lock, LockResult& result) {
  std::set<std::string> packages, system;
  for (const auto& platform : lock.platforms) {
    for (const auto& package : platform.packages) packages.insert(package.name);
    for (const auto& deb : platform.system) system.insert(deb.name);
  }
  result.packages = packages.size();
  result.system_packages = system.size();
}

/// A name nobody locks is a typing error, not a wish.
Result<void> check_names(const LockRequest& request, const ProjectState& state) {
  if (!state.lock) return {};
  std::set<std::string> known;
  for (const auto& platform : state.lock->platforms) {
    for (const auto& package : platform.packages) known.insert(package.name);
    for (const auto& deb : platform.system) known.insert(deb.name);
  }
  for (const auto& name : request.upgrade) {
    if (!known.contains(name)) {
      return fail(Code::usage, fmt::format("env.lock has no package '{}' to upgrade", name),
                  "add it to `packages` in env.yaml first");
    }
  }
  return {};
}

}  // namespace

Result<LockResult> lock(const LockRequest& request, Events& events) {
  LockResult result;
  result.file = request.project / kEnvLock;
  ENVTOOL_TRY(ProjectState state, load_project(request.project));
  const bool upgrading = request.upgrade_all || !request.upgrade.empty();
  if (state.current() && !upgrading) {
    result.current = true;
    count(*state.lock, result);
    return result;
  }
  if (request.check) {
    return fail(Code::stale_lock,
                state.lock ? "env.lock does not answer env.yaml any more" : "there is no env.lock",
                "run `env lock`");
  }
  ENVTOOL_CHECK(check_names(request, state));
  ENVTOOL_TRY(Tools tools, Tools::open(&events));
  ENVTOOL_TRY(const FileLock guard, tools.store.lock(Digest::of("project:" + request.project.native())));
  ENVTOOL_TRY(project::Lock fresh,
              resolve_project(state, {.everything = request.upgrade_all, .packages = request.upgrade}, tools,
                              events));
  if (state.lock) result.changes = project::diff(*state.lock, fresh);
  count(fresh, result);
  result.written = !state.lock || *state.lock != fresh;
  ENVTOOL_CHECK(write_lock(request.project, fresh));
  return result;
}

}  // namespace envtool::workflow
