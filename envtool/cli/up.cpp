#include <fmt/format.h>

#include "envtool/cli/arguments/help.hpp"
#include "envtool/cli/command.hpp"

namespace envtool::cli {
namespace {

/// The one line of an `env up`: what is there, and since when or how it came.
std::string sentence(const workflow::UpResult& result) {
  const auto& build = result.build;
  const std::string image = build.image.hex().substr(0, 12);
  std::string how = result.started ? "started" : "is running";
  if (build.built) {
    how = fmt::format("built in {:.1f} s ({} fetched), {}", static_cast<double>(build.took.count()) / 1000,
                      render(build.fetched), how);
  }
  return fmt::format("{}: image {}, {} packages, {}", result.session.name, image, build.packages, how);
}

void print_json(const workflow::UpResult& result) {
  using Kind = Field::Kind;
  print_line(json_object({{"name", result.session.name},
                          {"id", result.session.id},
                          {"image", result.build.image.str()},
                          {"pid", std::to_string(result.session.init_pid), Kind::number},
                          {"started", result.started ? "true" : "false", Kind::boolean},
                          {"built", result.build.built ? "true" : "false", Kind::boolean}}));
}

}  // namespace

Result<int> up_command(Arguments arguments, CommonOptions& common) {
  bool detach = false;
  bool locked = false;
  std::vector<std::pair<std::string, std::string>> env;
  Parser parser("up", common);
  parser.bind("--detach", detach).bind("--locked", locked).bind("--env", env);
  ENVTOOL_CHECK(parser.parse(arguments));
  if (common.help) {
    print(*help_page("up"));
    return 0;
  }
  workflow::UpRequest request;
  ENVTOOL_TRY(request.project, project_folder(common));
  request.lock_mode = locked ? workflow::LockMode::locked : workflow::LockMode::update;
  Session session(common);
  ENVTOOL_TRY(const workflow::UpResult result, workflow::up(request, session.events()));
  if (common.json) {
    print_json(result);
  } else {
    session.events().note(sentence(result));
  }
  if (detach) {
    const bool tell = result.started && !common.json && !common.quiet;
    if (tell) session.events().note("reach it: env exec -- CMD · env shell · env logs · env down");
    return 0;
  }
  workflow::ExecRequest shell{.project = request.project,
                              .process = process_request({}, std::move(env)),
                              .before_start = [&] { session.hand_over(); }};
  return workflow::exec(shell, session.events());
}

}  // namespace envtool::cli
