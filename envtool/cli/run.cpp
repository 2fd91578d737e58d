#include "envtool/cli/arguments/help.hpp"
#include "envtool/cli/command.hpp"

namespace envtool::cli {

Result<int> run_command(Arguments arguments, CommonOptions& common) {
  bool locked = false;
  bool spec = false;
  std::vector<std::pair<std::string, std::string>> env;
  std::vector<std::string> command;
  Parser parser("run", common);
  parser.bind("--locked", locked).bind("--print-spec", spec).bind("--env", env).command(command);
  ENVTOOL_CHECK(parser.parse(arguments));
  if (common.help) {
    print(*help_page("run"));
    return 0;
  }
  workflow::RunRequest request;
  ENVTOOL_TRY(request.project, project_folder(common));
  request.lock_mode = locked ? workflow::LockMode::locked : workflow::LockMode::update;
  request.process = process_request(std::move(command), std::move(env));
  Session session(common);
  request.process_leaves = true;
  request.before_start = [&] { session.hand_over(); };
  if (spec) {
    ENVTOOL_TRY(const std::string json, workflow::print_spec(request, session.events()));
    print_line(json);
    return 0;
  }
  return workflow::run(request, session.events());
}

}  // namespace envtool::cli
