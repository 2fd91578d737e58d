#include "envtool/image/layer_tar.hpp"
#include "envtool/workflow/tools.hpp"
#include "envtool/workflow/workflow.hpp"

namespace envtool::workflow {

Result<GcResult> gc(const GcRequest& request, Events& events) {
  ENVTOOL_TRY(Tools tools, Tools::open());
  store::GcOptions options;
  options.keep = request.keep;
  options.dry_run = request.dry_run;
  options.verify = request.verify;
  options.diff_id = [](const std::vector<store::Tree>& trees) -> Result<Digest> {
    ENVTOOL_TRY(const image::LayerTar tar, image::write_layer_tar(trees, {}));
    return tar.diff_id;
  };
  ENVTOOL_TRY(store::GcReport report, tools.store.gc(options, events));
  return GcResult{.freed = report.freed,
                  .left = report.left,
                  .removed = report.removed,
                  .corrupt = std::move(report.corrupt)};
}

}  // namespace envtool::workflow
