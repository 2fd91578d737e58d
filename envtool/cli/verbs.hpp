#pragma once
// The verbs of envtool, one table for the program, its help, the completions and the launcher `env`, which
// hands exactly these over and leaves everything else to the system's own env. No code and no libraries here:
// the launcher links nothing.
#include <array>
#include <string_view>

namespace envtool::cli {

struct Verb {
  std::string_view name;
  std::string_view summary;
  bool ready = true;  ///< false: the word is ours already, its behaviour comes with a later version
};

/// In the order in which `env help` shows them.
inline constexpr std::array<Verb, 22> kVerbs{{
    {"init", "write a first env.yaml from a template"},
    {"up", "start the project's container and give a shell in it"},
    {"run", "run one command in a fresh container"},
    {"exec", "run a command in the running container"},
    {"shell", "open a shell in the running container"},
    {"ps", "list running containers"},
    {"logs", "show what the running container printed"},
    {"down", "stop the running container"},
    {"lock", "pin every package of env.yaml in env.lock"},
    {"build", "make the image that env.lock describes"},
    {"gc", "free disk space that no project needs"},
    {"doctor", "check this machine and print the exact fixes"},
    {"schema", "print the JSON Schema of env.yaml"},
    {"help", "explain a command or a file format"},
    {"explain", "say why a package is in the environment", false},
    {"export", "write the lock in another tool's format", false},
    {"import", "make env.yaml from another tool's files", false},
    {"push", "copy the image to a registry", false},
    {"pull", "copy the image from a registry", false},
    {"login", "keep credentials for a registry", false},
    {"logout", "forget credentials for a registry", false},
    {"gpu", "show the GPUs that a container would get", false},
}};

constexpr const Verb* find_verb(std::string_view word) {
  for (const Verb& verb : kVerbs)
    if (verb.name == word) return &verb;
  return nullptr;
}

/// True for `env VERB …` and `env --version`, `env --help`: those are ours. A verb wins over a program of
/// that name in PATH; `env -- VERB` reaches the program.
constexpr bool is_verb(std::string_view word) {
  for (const Verb& verb : kVerbs)
    if (verb.name == word) return true;
  return word == "--version" || word == "--help" || word == "-h";
}

}  // namespace envtool::cli
