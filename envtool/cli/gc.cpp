#include <fmt/format.h>

#include "envtool/cli/arguments/help.hpp"
#include "envtool/cli/command.hpp"

namespace envtool::cli {

Result<int> gc_command(Arguments arguments, CommonOptions& common) {
  workflow::GcRequest request;
  Parser parser("gc", common);
  parser.bind("--keep", request.keep).bind("--dry-run", request.dry_run).bind("--verify", request.verify);
  ENVTOOL_CHECK(parser.parse(arguments));
  if (common.help) {
    print(*help_page("gc"));
    return 0;
  }
  Session session(common);
  ENVTOOL_TRY(const workflow::GcResult result, workflow::gc(request, session.events()));
  for (const auto& sentence : result.corrupt) session.events().warn(sentence);
  if (common.json) {
    using Kind = Field::Kind;
    print_line(json_object({{"freed_bytes", std::to_string(result.freed.value), Kind::number},
                            {"left_bytes", std::to_string(result.left.value), Kind::number},
                            {"removed", std::to_string(result.removed), Kind::number},
                            {"corrupt", std::to_string(result.corrupt.size()), Kind::number}}));
  } else {
    print_line(fmt::format("{} {} ({} entries), {} left", request.dry_run ? "would free" : "freed",
                           render(result.freed), result.removed, render(result.left)));
  }
  return result.corrupt.empty() ? 0 : 1;
}

}  // namespace envtool::cli
