#include <fmt/format.h>

#include <algorithm>

#include "envtool/workflow/build_project.hpp"
#include "envtool/workflow/resolve_project.hpp"
#include "envtool/workflow/workflow.hpp"

namespace envtool::workflow {
namespace {

Result<void> record_image(ProjectState& state, const Digest& image, Tools& tools) {
  ENVTOOL_TRY(const FileLock guard, tools.store.lock(Digest::of("project:" + state.folder.native())));
  for (auto& platform : state.lock->platforms) {
    if (platform.platform == Platform::host()) platform.image = image;
  }
  return write_lock(state.folder, *state.lock);
}

/// A lock pins files that others made. One that is broken is their fault, whatever the reader of its format
/// calls it; what a person wrote has a place.
Error not_a_persons(Error error) {
  if (error.code == Code::bad_input && !error.place) error.code = Code::hostile_archive;
  return error;
}

/// The image with every layer: `gc --verify` takes damaged layers away, and the build makes them anew.
bool is_in_store(const Digest& image, const store::Store& store) {
  const auto found = store.find_image(image);
  return found && std::ranges::all_of(found->layers, [&](const store::LayerKey& key) {
           const auto layer = store.find_layer(key);
           return layer && std::ranges::all_of(layer->trees, [&](const store::TreeKey& tree) {
                    return store.find_tree(tree).has_value();
                  });
         });
}

Result<void> touch(const ProjectState& state, const Digest& image, Tools& tools) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return tools.store.touch_root(
      {.project = state.folder, .lock = state.inputs, .images = {image}, .used = now});
}

}  // namespace

Result<BuildResult> build_project(ProjectState& state, Tools& tools, Events& events) {
  // gc leaves alone what is being built, until the project is on record as its user.
  ENVTOOL_TRY(const FileLock building, tools.store.building());
  const auto begin = std::chrono::steady_clock::now();
  BuildResult result;
  ENVTOOL_TRY(const project::LockedPlatform* part, host_part(state));
  result.packages = part->packages.size();
  if (part->image && state.lock->image_format == project::kImageFormat &&
      is_in_store(*part->image, tools.store)) {
    result.image = *part->image;
    ENVTOOL_CHECK(touch(state, result.image, tools));
    return result;
  }
  if (state.lock->image_format != project::kImageFormat) {
    return fail(Code::unsupported,
                fmt::format("env.lock describes image format {}, this envtool makes format {}",
                            state.lock->image_format, project::kImageFormat),
                "use the envtool that wrote the lock, or run `env lock --upgrade`");
  }
  const image::ImagePlan plan = image::plan(*state.lock, part->platform);
  ENVTOOL_CHECK(rebuild_wheels(state, *part, plan, tools, events));
  auto assembled = image::assemble(plan, state.folder, tools.store, tools.client(), tools.executor(), events);
  if (!assembled) return fail(not_a_persons(std::move(assembled).error()).in("while building the image"));
  if (part->image && *part->image != assembled->id) {
    return fail(Code::digest_mismatch,
                fmt::format("this build gave image {}, and env.lock says {}", assembled->id.str(),
                            part->image->str()),
                "the lock pins every input, so this is a fault of envtool or of a package's install script: "
                "please report it with both IDs; "
                "`env lock --upgrade` makes a new lock");
  }
  if (!part->image) ENVTOOL_CHECK(record_image(state, assembled->id, tools));
  result.image = assembled->id;
  result.built = true;
  result.fetched = assembled->fetched;
  result.took =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
  ENVTOOL_CHECK(touch(state, result.image, tools));
  return result;
}

Result<BuildResult> build(const BuildRequest& request, Events& events) {
  ENVTOOL_TRY(Tools tools, Tools::open(&events));
  ENVTOOL_TRY(ProjectState state, with_lock(request.project, request.lock_mode, tools, events));
  return build_project(state, tools, events);
}

}  // namespace envtool::workflow
