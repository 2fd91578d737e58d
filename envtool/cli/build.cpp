#include <fmt/format.h>

#include "envtool/cli/arguments/help.hpp"
#include "envtool/cli/command.hpp"

namespace envtool::cli {

Result<int> build_command(Arguments arguments, CommonOptions& common) {
  bool locked = false;
  Parser parser("build", common);
  parser.bind("--locked", locked);
  ENVTOOL_CHECK(parser.parse(arguments));
  if (common.help) {
    print(*help_page("build"));
    return 0;
  }
  workflow::BuildRequest request;
  ENVTOOL_TRY(request.project, project_folder(common));
  request.lock_mode = locked ? workflow::LockMode::locked : workflow::LockMode::update;
  Session session(common);
  ENVTOOL_TRY(const workflow::BuildResult result, workflow::build(request, session.events()));
  if (common.json) {
    using Kind = Field::Kind;
    print_line(json_object({{"image", result.image.str()},
                            {"built", result.built ? "true" : "false", Kind::boolean},
                            {"packages", std::to_string(result.packages), Kind::number},
                            {"fetched_bytes", std::to_string(result.fetched.value), Kind::number},
                            {"milliseconds", std::to_string(result.took.count()), Kind::number}}));
    return 0;
  }
  if (result.built) {
    session.events().note(fmt::format("built in {:.1f} s, {} fetched",
                                      static_cast<double>(result.took.count()) / 1000,
                                      render(result.fetched)));
  }
  print_line(result.image.str());
  return 0;
}

}  // namespace envtool::cli
