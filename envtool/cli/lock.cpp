#include <fmt/format.h>

#include "envtool/cli/arguments/help.hpp"
#include "envtool/cli/command.hpp"

namespace envtool::cli {
Result<int> lock_command(Arguments arguments, CommonOptions& common) {
  workflow::LockRequest request;
  Parser parser("lock", common);
  parser.bind("--upgrade", request.upgrade_all)
      .bind("--upgrade-package", request.upgrade)
      .bind("--check", request.check);
  ENVTOOL_CHECK(parser.parse(arguments));
  if (common.help) {
    print(*help_page("lock"));
    return 0;
  }
  ENVTOOL_TRY(request.project, project_folder(common));
  Session session(common);
  ENVTOOL_TRY(const workflow::LockResult result, workflow::lock(request, session.events()));
  if (common.json) {
    using Kind = Field::Kind;
    for (const auto& change : result.changes) {
      print_line(json_object({{"what", change.what},
                              {"name", change.name},
                              {"before", change.before},
                              {"after", change.after},
                              {"platform", change.platform}}));
    }
    print_line(json_object({{"file", result.file.native()},
                            {"current", result.current ? "true" : "false", Kind::boolean},
                            {"written", result.written ? "true" : "false", Kind::boolean},
                            {"packages", std::to_string(result.packages), Kind::number}}));
    return 0;
  }
  for (const auto& line : workflow::describe(result.changes)) session.events().note(line);
  const std::string state = result.current ? "is current" : result.written ? "written" : "unchanged";
  session.events().note(fmt::format("env.lock {}: {} Python packages", state, result.packages));
  return 0;
}

}  // namespace envtool::cli
