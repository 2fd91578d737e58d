#include "envtool/workflow/resolve_project.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "envtool/image/image.hpp"

namespace envtool::workflow {
namespace {

/// The image ID stays true when nothing that decides it has changed.
void keep_image_ids(const project::Lock& before, project::Lock& after) {
  if (before.image_format != after.image_format || before.setup != after.setup || before.env != after.env)
    return;
  for (auto& platform : after.platforms) {
    const auto* old = before.find(platform.platform);
    if (old == nullptr) continue;
    // An editable's scripts and dependencies are read from its pyproject.toml, which only the inputs' digest
    // answers for.
    const bool editable = std::any_of(
        platform.packages.begin(), platform.packages.end(),
        [](const auto& package) { return std::holds_alternative<project::LockedEditable>(package.source); });
    if (editable && before.inputs != after.inputs) continue;
    project::LockedPlatform same = *old;
    same.image.reset();
    if (same == platform) platform.image = old->image;
  }
}

/// A platform's base in the store, for building source distributions in: the image of a lock without
/// packages.
Result<std::vector<std::filesystem::path>> base_trees(const ProjectState& state,
                                                      project::LockedPlatform platform, Tools& tools,
                                                      Events& events) {
  project::Lock bare;
  bare.platforms.push_back(std::move(platform));
  const image::ImagePlan plan = image::plan(bare, bare.platforms.front().platform);
  ENVTOOL_TRY(const image::Assembled assembled,
              image::assemble(plan, state.folder, tools.store, tools.client(), tools.executor(), events));
  ENVTOOL_TRY(store::Rootfs rootfs, tools.store.materialise(assembled.id, events));
  return std::move(rootfs.lowers);
}

resolve::Sources sources_for(const ProjectState& state, Tools& tools, Events& events) {
  resolve::Sources sources{.client = tools.client(),
                           .store = tools.store,
                           .cache = tools.cache,
                           .keyrings = tools.keyrings,
                           .project = state.folder,
                           .default_index = tools.default_index,
                           .executor = &tools.executor(),
                           .build_root = {}};
  sources.build_root = [&](const Platform& platform, const project::LockedBase& base,
                           const project::LockedPython& python,
                           const std::vector<project::LockedDeb>& system) {
    return base_trees(
        state,
        {.platform = platform, .base = base, .system = system, .python = python, .packages = {}, .image = {}},
        tools, events);
  };
  return sources;
}

/// The sha256 of wheels that have no address and are neither in the store as files nor unpacked.
std::set<Digest> absent_wheels(const image::ImagePlan& plan, const store::Store& store) {
  std::set<Digest> absent;
  for (const auto& layer : plan.layers) {
    for (const auto& tree : layer.trees) {
      const auto* wheel = std::get_if<image::WheelTree>(&tree.make);
      if (wheel == nullptr || !wheel->wheel.url.empty() || store.has_blob(wheel->wheel.sha256)) continue;
      if (!store.find_tree(tree.key)) absent.insert(wheel->wheel.sha256);
    }
  }
  return absent;
}

const project::Artifact* built_wheel(const project::LockedPackage& package) {
  if (const auto* sdist = std::get_if<project::LockedSdist>(&package.source)) return &sdist->wheel;
  if (const auto* git = std::get_if<project::LockedGit>(&package.source)) return &git->wheel;
  return nullptr;
}

}  // namespace

Result<void> rebuild_wheels(const ProjectState& state, const project::LockedPlatform& part,
                            const image::ImagePlan& plan, Tools& tools, Events& events) {
  const std::set<Digest> absent = absent_wheels(plan, tools.store);
  if (absent.empty()) return {};
  resolve::Sources sources = sources_for(state, tools, events);
  for (const auto& package : part.packages) {
    const auto* wheel = built_wheel(package);
    if (wheel == nullptr || !absent.contains(wheel->sha256)) continue;
    ENVTOOL_CHECK(resolve::rebuild_wheel(package, part, sources, events));
  }
  return {};
}

Result<project::Lock> resolve_project(const ProjectState& state, const resolve::Upgrade& upgrade,
                                      Tools& tools, Events& events) {
  for (auto& refused : project::not_yet(state.yaml)) return fail(std::move(refused));
  resolve::Sources sources = sources_for(state, tools, events);
  const project::Lock* previous = state.lock ? &*state.lock : nullptr;
  auto lock = resolve::resolve(state.yaml, state.yaml.platforms, previous, upgrade, sources, events);
  if (!lock) return fail(std::move(lock).error().in("while resolving env.yaml"));
  if (previous != nullptr) keep_image_ids(*previous, *lock);
  return lock;
}

std::vector<std::string> describe(const std::vector<project::LockChange>& changes) {
  std::vector<std::string> out;
  for (const auto& change : changes) {
    const std::string where = change.platform.empty() ? "" : fmt::format("  ({})", change.platform);
    if (change.before.empty()) {
      out.push_back(fmt::format("+ {} {}{}", change.name, change.after, where));
    } else if (change.after.empty()) {
      out.push_back(fmt::format("- {} {}{}", change.name, change.before, where));
    } else {
      out.push_back(fmt::format("  {} {} → {}{}", change.name, change.before, change.after, where));
    }
  }
  return out;
}

}  // namespace envtool::workflow
