#include "envtool/cli/arguments/help.hpp"
#include "envtool/cli/command.hpp"

namespace envtool::cli {
namespace {

Result<int> exec_in(std::vector<std::string> command, std::vector<std::pair<std::string, std::string>> env,
                    const CommonOptions& common) {
  workflow::ExecRequest request;
  ENVTOOL_TRY(request.project, project_folder(common));
  request.process = process_request(std::move(command), std::move(env));
  Session session(common);
  request.before_start = [&] { session.hand_over(); };
  return workflow::exec(request, session.events());
}

}  // namespace

Result<int> exec_command(Arguments arguments, CommonOptions& common) {
  std::vector<std::pair<std::string, std::string>> env;
  std::vector<std::string> command;
  Parser parser("exec", common);
  parser.bind("--env", env).command(command);
  ENVTOOL_CHECK(parser.parse(arguments));
  if (common.help) {
    print(*help_page("exec"));
    return 0;
  }
  if (command.empty())
    return fail(Code::usage, "exec needs a command", "env exec -- CMD ARGS…, or `env shell`");
  return exec_in(std::move(command), std::move(env), common);
}

Result<int> shell_command(Arguments arguments, CommonOptions& common) {
  std::vector<std::pair<std::string, std::string>> env;
  Parser parser("shell", common);
  parser.bind("--env", env);
  ENVTOOL_CHECK(parser.parse(arguments));
  if (common.help) {
    print(*help_page("shell"));
    return 0;
  }
  return exec_in({}, std::move(env), common);
}

}  // namespace envtool::cli
