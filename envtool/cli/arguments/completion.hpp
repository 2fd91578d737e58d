#pragma once
#include <string>

namespace envtool::cli {

enum class Shell { bash, zsh, fish };
/// A completion script for `env` and `envtool`, made from the tables of verbs and options. For `env`, words
/// that are no verb complete as commands and variables, since they go to the system's own env.
std::string completion_script(Shell shell);

}  // namespace envtool::cli
