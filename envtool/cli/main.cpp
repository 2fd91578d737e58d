// envtool: the program. `env` (shim.cpp) hands our verbs over to it.
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <utility>

#include "envtool/cli/arguments/help.hpp"
#include "envtool/cli/command.hpp"
#include "envtool/cli/verbs.hpp"

namespace envtool::cli {
namespace {

struct Command {
  std::string_view verb;
  Result<int> (*run)(Arguments, CommonOptions&);
};
constexpr std::array kCommands{
    Command{"up", up_command},         Command{"run", run_command},       Command{"exec", exec_command},
    Command{"shell", shell_command},   Command{"ps", ps_command},         Command{"logs", logs_command},
    Command{"down", down_command},     Command{"lock", lock_command},     Command{"build", build_command},
    Command{"gc", gc_command},         Command{"doctor", doctor_command}, Command{"init", init_command},
    Command{"schema", schema_command}, Command{"help", help_command},
};

Result<int> dispatch(const std::vector<std::string>& words, CommonOptions& common) {
  if (words.empty() || words[0] == "--help" || words[0] == "-h") {
    print(overview());
    return words.empty() ? 2 : 0;
  }
  if (words[0] == "--version") {
    print_line("envtool " ENVTOOL_VERSION);
    return 0;
  }
  const Arguments arguments = std::span(words).subspan(1);
  for (const auto& command : kCommands) {
    if (command.verb == words[0]) return command.run(arguments, common);
  }
  if (find_verb(words[0]) != nullptr) {
    return fail(Code::unsupported, fmt::format("`env {}` comes with a later version of envtool", words[0]),
                "`env help` lists what there is");
  }
  const auto near = nearest_verb(words[0]);
  return fail(
      Code::usage, fmt::format("there is no command '{}'", words[0]),
      near ? fmt::format("did you mean `env {}`?", *near) : std::string("`env help` lists the commands"));
}

int main_of(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  CommonOptions common;
  const auto code = dispatch(words, common);
  std::fflush(stdout);
  if (code) return *code;
  const auto look = ui::look_for_stderr(common.quiet, common.json, common.verbose);
  Error error = code.error();
  if (error.code == Code::cancelled) {
    // What was going on at that moment says little; that nothing is lost says more.
    error.chain.insert(error.chain.begin(), std::exchange(error.what, "interrupted"));
    error.hints = {"nothing is half made: run it again to go on from here"};
  }
  const std::string text = ui::render_error(error, look);
  std::fwrite(text.data(), 1, text.size(), stderr);
  return exit_code(error.code);
}

}  // namespace
}  // namespace envtool::cli

int main(int argc, char** argv) { return envtool::cli::main_of(argc, argv); }
