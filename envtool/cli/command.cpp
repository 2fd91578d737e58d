#include "envtool/cli/command.hpp"

#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>

namespace envtool::cli {
namespace fs = std::filesystem;

Session::Session(const CommonOptions& common)
    : look_(ui::look_for_stderr(common.quiet, common.json, common.verbose)),
      drawer_(look_, ui::stderr_surface(), interrupts_.token()) {}

void Session::hand_over() {
  drawer_.hand_over();
  interrupts_.release();
}

fs::path current_folder() {
  std::error_code error;
  const fs::path folder = fs::current_path(error);
  return error ? fs::path("/") : fs::weakly_canonical(folder, error);
}

Result<fs::path> project_folder(const CommonOptions& common) {
  if (!common.project) return workflow::find_project(current_folder());
  std::error_code error;
  const fs::path folder = fs::weakly_canonical(*common.project, error);
  if (!fs::exists(folder / "env.yaml", error)) {
    return fail(Code::not_found, "there is no env.yaml in " + folder.native(),
                "`env init` writes one to start from");
  }
  return folder;
}

workflow::ProcessRequest process_request(std::vector<std::string> command,
                                         std::vector<std::pair<std::string, std::string>> env) {
  return {.args = std::move(command),
          .env = std::move(env),
          .caller_folder = current_folder(),
          .terminal = ::isatty(0) == 1 && ::isatty(1) == 1};
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }
void print_line(std::string_view text) {
  print(text);
  print("\n");
}

std::string json_object(const std::vector<Field>& fields) {
  nlohmann::ordered_json out = nlohmann::ordered_json::object();
  for (const auto& field : fields) {
    switch (field.kind) {
      case Field::Kind::text:
        out[field.name] = field.text;
        break;
      case Field::Kind::number:
        out[field.name] = std::stoll(field.text);
        break;
      case Field::Kind::boolean:
        out[field.name] = field.text == "true";
        break;
    }
  }
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace envtool::cli
