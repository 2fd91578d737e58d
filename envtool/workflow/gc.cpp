#include "envtool/image/layer_tar.hpp"
#include "envtool/support/files.hpp"
#include "envtool/support/text.hpp"
#include "envtool/workflow/tools.hpp"
#include "envtool/workflow/workflow.hpp"

namespace envtool::workflow {
namespace {

/// Homes and byte code of projects whose folder is gone. A folder on a disk that is not mounted now is left
/// alone: its parent is missing too.
void forget_projects(const std::filesystem::path& state, bool dry_run, Events& events) {
  namespace fs = std::filesystem;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(state / "projects", error)) {
    const auto text = read_file(entry.path() / "project", 64_KiB);
    if (!text) continue;
    const fs::path project(trim(*text));
    if (fs::exists(project, error) || !fs::exists(project.parent_path(), error)) continue;
    events.note("the project " + project.native() + " is gone: its home and byte code " +
                (dry_run ? "would be" : "are") + " removed");
    if (dry_run) continue;
    if (auto removed = remove_tree(entry.path()); !removed) events.warn(removed.error().what);
  }
}

}  // namespace

Result<GcResult> gc(const GcRequest& request, Events& events) {
  ENVTOOL_TRY(Tools tools, Tools::open(&events));
  store::GcOptions options;
  options.keep = request.keep;
  options.dry_run = request.dry_run;
  options.verify = request.verify;
  options.diff_id = [](const std::vector<store::Tree>& trees) -> Result<Digest> {
    ENVTOOL_TRY(const image::LayerTar tar, image::write_layer_tar(trees, {}));
    return tar.diff_id;
  };
  ENVTOOL_TRY(store::GcReport report, tools.store.gc(options, events));
  forget_projects(tools.state, request.dry_run, events);
  return GcResult{.freed = report.freed,
                  .left = report.left,
                  .removed = report.removed,
                  .corrupt = std::move(report.corrupt)};
}

}  // namespace envtool::workflow
