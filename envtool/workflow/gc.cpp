#include "envtool/workflow/tools.hpp"
#include "envtool/workflow/workflow.hpp"

namespace envtool::workflow {

Result<GcResult> gc(const GcRequest& request, Events& events) {
  ENVTOOL_TRY(Tools tools, Tools::open());
  store::GcOptions options;
  options.keep = request.keep;
  options.dry_run = request.dry_run;
  options.verify = request.verify;
  ENVTOOL_TRY(store::GcReport report, tools.store.gc(options, events));
  return GcResult{.freed = report.freed,
                  .left = report.left,
                  .removed = report.removed,
                  .corrupt = std::move(report.corrupt)};
}

}  // namespace envtool::workflow
