#pragma once
// The verbs of envtool, one table for the program and for the launcher `env`, which hands exactly these over
// and leaves everything else to the system's own env.
#include <array>
#include <string_view>

namespace envtool::cli {

inline constexpr std::array<std::string_view, 22> kVerbs = {
    "up",   "run",    "exec", "shell",   "ps",     "logs",  "down",   "lock", "build", "gc",  "doctor",
    "init", "schema", "help", "explain", "export", "login", "logout", "push", "pull",  "gpu", "import"};

/// True for `env VERB …` and `env --version`, `env --help`: those are ours. A verb wins over a program of
/// that name in PATH; `env -- VERB` reaches the program.
constexpr bool is_verb(std::string_view word) {
  if (word == "--version" || word == "--help" || word == "-h") return true;
  for (const std::string_view verb : kVerbs)
    if (verb == word) return true;
  return false;
}

}  // namespace envtool::cli
