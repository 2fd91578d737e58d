#include <fmt/format.h>

#include "envtool/cli/arguments/help.hpp"
#include "envtool/cli/command.hpp"

namespace envtool::cli {
namespace {

std::string age(std::chrono::sys_seconds started) {
  const auto seconds =
      (std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) - started).count();
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7200) return fmt::format("{} min", seconds / 60);
  if (seconds < 172800) return fmt::format("{} h", seconds / 3600);
  return fmt::format("{} days", seconds / 86400);
}

std::string ports(const workflow::SessionInfo& session) {
  std::string out;
  for (const auto port : session.ports) out += fmt::format("{}127.0.0.1:{}", out.empty() ? "" : " ", port);
  return out;
}

}  // namespace

Result<int> ps_command(Arguments arguments, CommonOptions& common) {
  Parser parser("ps", common);
  ENVTOOL_CHECK(parser.parse(arguments));
  if (common.help) {
    print(*help_page("ps"));
    return 0;
  }
  ENVTOOL_TRY(const auto sessions, workflow::ps());
  std::vector<std::vector<std::string>> rows;
  for (const auto& session : sessions) {
    if (common.json) {
      print_line(json_object(
          {{"id", session.id},
           {"name", session.name},
           {"project", session.project.native()},
           {"image", session.image.str()},
           {"pid", std::to_string(session.init_pid), Field::Kind::number},
           {"started", std::to_string(session.started.time_since_epoch().count()), Field::Kind::number},
           {"ports", ports(session)}}));
    }
    rows.push_back({session.id, session.name, session.image.hex().substr(0, 12), age(session.started),
                    ports(session), session.project.native()});
  }
  if (!common.json) print(ui::render_table({"CONTAINER", "NAME", "IMAGE", "UP", "PORTS", "PROJECT"}, rows));
  return 0;
}

}  // namespace envtool::cli
