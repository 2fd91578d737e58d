#include "envtool/workflow/tools.hpp"
#include "envtool/workflow/workflow.hpp"

namespace envtool::workflow {

Result<GcResult> gc(const GcRequest& request, Events& events) {
  ENVTOOL_TRY(Tools tools, Tools::open());
  ENVTOOL_TRY(
      store::GcReport report,
      tools.store.gc({.keep = request.keep, .dry_run = request.dry_run, .verify = request.verify}, events));
  return GcResult{.freed = report.freed,
                  .left = report.left,
                  .removed = report.removed,
                  .corrupt = std::move(report.corrupt)};
}

}  // namespace envtool::workflow
