#pragma once
// Every option of every verb, one table: the parser, the help's usage lines and the completions read it.
#include <array>
#include <string_view>

namespace envtool::cli {

struct Option {
  std::string_view verb;   ///< "" for those that every verb has
  std::string_view name;   ///< "--upgrade-package"
  char letter = 0;         ///< 'P' for -P, or 0
  std::string_view value;  ///< "NAME" where it takes one, else ""
  std::string_view help;
};

inline constexpr std::array kOptions{
    Option{"", "--help", 'h', "", "explain this command"},
    Option{"", "--verbose", 'v', "", "say more, and where an error came from"},
    Option{"", "--quiet", 'q', "", "say only what went wrong"},
    Option{"", "--json", 0, "", "results on stdout and events on stderr as JSON"},
    Option{"", "--project", 'C', "FOLDER", "the folder of env.yaml, instead of this one and those above it"},

    Option{"up", "--detach", 'd', "", "start it and return, without a shell"},
    Option{"up", "--locked", 0, "", "fail when env.lock does not answer env.yaml, instead of changing it"},
    Option{"up", "--env", 'e', "NAME=VALUE", "set a variable in the shell; NAME alone passes ours on"},

    Option{"run", "--locked", 0, "", "fail when env.lock does not answer env.yaml, instead of changing it"},
    Option{"run", "--env", 'e', "NAME=VALUE", "set a variable; NAME alone passes ours on"},
    Option{"run", "--print-spec", 0, "", "print the OCI runtime-spec document instead of running"},

    Option{"exec", "--env", 'e', "NAME=VALUE", "set a variable; NAME alone passes ours on"},
    Option{"shell", "--env", 'e', "NAME=VALUE", "set a variable; NAME alone passes ours on"},

    Option{"logs", "--follow", 'f', "", "go on until the container stops"},
    Option{"logs", "--tail", 'n', "LINES", "only the last lines"},

    Option{"down", "--timeout", 't', "SECONDS", "how long it may take to stop before it is killed (10)"},

    Option{"lock", "--upgrade", 'U', "", "give up all pins and take the newest that fits"},
    Option{"lock", "--upgrade-package", 'P', "NAME", "give up the pin of one package; may be repeated"},
    Option{"lock", "--check", 0, "", "change nothing; fail when env.lock does not answer env.yaml"},

    Option{"build", "--locked", 0, "", "fail when env.lock does not answer env.yaml, instead of changing it"},

    Option{"gc", "--keep", 0, "SIZE", "also remove what was used longest ago, until the store is this small"},
    Option{"gc", "--dry-run", 'n', "", "say what would be removed, and remove nothing"},
    Option{"gc", "--verify", 0, "", "check every file of the store against its digest first"},
};

/// What stands after the options in a usage line: "[--] CMD…".
struct Operands {
  std::string_view verb;
  std::string_view text;
};
inline constexpr std::array kOperands{
    Operands{"run", "[--] CMD ARGS…"},
    Operands{"exec", "[--] CMD ARGS…"},
    Operands{"init", "[TEMPLATE]"},
    Operands{"help", "[COMMAND]"},
};

}  // namespace envtool::cli
