#include "envtool/cli/arguments/help.hpp"
#include "envtool/cli/command.hpp"

namespace envtool::cli {

Result<int> down_command(Arguments arguments, CommonOptions& common) {
  int timeout = 10;
  Parser parser("down", common);
  parser.bind("--timeout", timeout);
  ENVTOOL_CHECK(parser.parse(arguments));
  if (common.help) {
    print(*help_page("down"));
    return 0;
  }
  ENVTOOL_TRY(const auto project, project_folder(common));
  Session session(common);
  ENVTOOL_TRY(const auto result, workflow::down(project, timeout));
  session.events().note(result.name + (result.was_running ? ": stopped" : ": nothing was running"));
  return 0;
}

}  // namespace envtool::cli
