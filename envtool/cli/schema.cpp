#include "envtool/cli/arguments/help.hpp"
#include "envtool/cli/command.hpp"
#include "envtool/project/env_yaml.hpp"

namespace envtool::cli {

Result<int> schema_command(Arguments arguments, CommonOptions& common) {
  Parser parser("schema", common);
  ENVTOOL_CHECK(parser.parse(arguments));
  print(common.help ? *help_page("schema") : std::string(project::env_yaml_schema()));
  return 0;
}

Result<int> help_command(Arguments arguments, CommonOptions& common) {
  std::optional<std::string> topic;
  Parser parser("help", common);
  parser.operand(topic);
  ENVTOOL_CHECK(parser.parse(arguments));
  if (!topic) {
    print(overview());
    return 0;
  }
  const auto page = help_page(*topic);
  if (!page) {
    const auto near = nearest_verb(*topic);
    return fail(Code::usage, "there is no help on '" + *topic + "'",
                near ? "did you mean `env help " + *near + "`?" : "`env help` lists the commands");
  }
  print(*page);
  return 0;
}

}  // namespace envtool::cli
