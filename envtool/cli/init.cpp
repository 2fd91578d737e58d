#include <fmt/format.h>

#include "envtool/cli/arguments/help.hpp"
#include "envtool/cli/command.hpp"

namespace envtool::cli {

Result<int> init_command(Arguments arguments, CommonOptions& common) {
  std::optional<std::string> name;
  Parser parser("init", common);
  parser.operand(name);
  ENVTOOL_CHECK(parser.parse(arguments));
  if (common.help) {
    print(*help_page("init"));
    return 0;
  }
  workflow::InitRequest request{.folder = common.project.value_or(current_folder()),
                                .name = name.value_or("minimal")};
  ENVTOOL_TRY(const auto made, workflow::init(request));
  Session session(common);
  for (const auto& file : made)
    session.events().note(fmt::format("wrote {}", file.lexically_relative(request.folder).native()));
  session.events().note("edit env.yaml, then `env up`");
  return 0;
}

}  // namespace envtool::cli
