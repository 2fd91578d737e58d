#pragma once
// What the commands share: the drawn events, the project folder, and how errors leave the process.
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "envtool/cli/arguments/parser.hpp"
#include "envtool/support/events.hpp"
#include "envtool/support/result.hpp"
#include "envtool/ui/ui.hpp"
#include "envtool/workflow/workflow.hpp"

namespace envtool::cli {

using Arguments = std::span<const std::string>;

/// One invocation. Made after the arguments are parsed, because they say how to draw.
class Session {
 public:
  explicit Session(const CommonOptions& common);
  Events& events() { return drawer_; }
  [[nodiscard]] const ui::Look& look() const { return look_; }
  /// Give the terminal and the signals to a container.
  void hand_over();

 private:
  ui::Look look_;
  ui::Interrupts interrupts_;
  ui::Drawer drawer_;
};

/// --project, or the nearest folder with an env.yaml. Errors: not_found.
Result<std::filesystem::path> project_folder(const CommonOptions& common);
std::filesystem::path current_folder();

/// The process of `run`, `exec` and `up`: a terminal is given when ours is one.
workflow::ProcessRequest process_request(std::vector<std::string> command,
                                         std::vector<std::pair<std::string, std::string>> env);

/// Results, on stdout.
void print(std::string_view text);
void print_line(std::string_view text);

/// One object a line on stdout for --json: strings, in the order given.
struct Field {
  std::string name;
  std::string text;
  enum class Kind { text, number, boolean } kind = Kind::text;
};
std::string json_object(const std::vector<Field>& fields);

// One function a verb. Out: the exit code. Errors are printed by main.
Result<int> up_command(Arguments arguments, CommonOptions& common);
Result<int> run_command(Arguments arguments, CommonOptions& common);
Result<int> exec_command(Arguments arguments, CommonOptions& common);
Result<int> shell_command(Arguments arguments, CommonOptions& common);
Result<int> ps_command(Arguments arguments, CommonOptions& common);
Result<int> logs_command(Arguments arguments, CommonOptions& common);
Result<int> down_command(Arguments arguments, CommonOptions& common);
Result<int> lock_command(Arguments arguments, CommonOptions& common);
Result<int> build_command(Arguments arguments, CommonOptions& common);
Result<int> gc_command(Arguments arguments, CommonOptions& common);
Result<int> doctor_command(Arguments arguments, CommonOptions& common);
Result<int> init_command(Arguments arguments, CommonOptions& common);
Result<int> schema_command(Arguments arguments, CommonOptions& common);
Result<int> help_command(Arguments arguments, CommonOptions& common);

}  // namespace envtool::cli
