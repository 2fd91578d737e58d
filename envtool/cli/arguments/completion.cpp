#include "envtool/cli/arguments/completion.hpp"

#include <fmt/format.h>

#include <string_view>

#include "envtool/cli/arguments/options.hpp"
#include "envtool/cli/verbs.hpp"

namespace envtool::cli {
namespace {

constexpr std::string_view kTopics = "env.yaml env.lock";
constexpr std::string_view kTemplates = "minimal course notebook torch";

std::string verb_words() {
  std::string out;
  for (const auto& verb : kVerbs) {
    if (verb.ready) out += fmt::format("{}{}", out.empty() ? "" : " ", verb.name);
  }
  return out;
}
std::string option_words(std::string_view verb) {
  std::string out;
  for (const auto& option : kOptions) {
    if (option.verb.empty() || option.verb == verb)
      out += fmt::format("{}{}", out.empty() ? "" : " ", option.name);
  }
  return out;
}
/// For single quotes in a shell.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string bash() {
  std::string cases;
  for (const auto& verb : kVerbs) {
    if (verb.ready)
      cases += fmt::format("    {}) options={} ;;\n", verb.name, quoted(option_words(verb.name)));
  }
  return fmt::format(R"(# bash completion for env and envtool
_envtool() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} verb=${{COMP_WORDS[1]}} options=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W {0} -- "$word"))
    # Everything that is no verb goes to the system's own env: commands are right there too.
    [ "${{COMP_WORDS[0]##*/}}" = env ] && COMPREPLY+=($(compgen -c -- "$word"))
    return
  fi
  case $verb in
{1}    *) COMPREPLY=($(compgen -o default -- "$word")); return ;;
  esac
  case $word in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *)
      case $verb in
        help) COMPREPLY=($(compgen -W {2} -- "$word")) ;;
        init) COMPREPLY=($(compgen -W {3} -- "$word")) ;;
        run|exec) COMPREPLY=($(compgen -c -f -- "$word")) ;;
        *) COMPREPLY=($(compgen -f -- "$word")) ;;
      esac ;;
  esac
}}
complete -F _envtool env envtool
)",
                     quoted(verb_words()), cases, quoted(verb_words() + " " + std::string(kTopics)),
                     quoted(kTemplates));
}

/// Colons and brackets have a meaning in _arguments.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ':' || c == '[' || c == ']') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_option(const Option& option) {
  const auto value = option.value.empty() ? std::string() : fmt::format(":{}:_files", option.value);
  auto out =
      fmt::format("      {}\n", quoted(fmt::format("*{}[{}]{}", option.name, zsh_text(option.help), value)));
  if (option.letter != 0)
    out += fmt::format("      {}\n",
                       quoted(fmt::format("*-{}[{}]{}", option.letter, zsh_text(option.help), value)));
  return out;
}

std::string zsh() {
  std::string verbs;
  std::string cases;
  for (const auto& verb : kVerbs) {
    if (!verb.ready) continue;
    verbs += fmt::format("    {}\n", quoted(fmt::format("{}:{}", verb.name, zsh_text(verb.summary))));
    cases += fmt::format("    {}) options+=(\n", verb.name);
    for (const auto& option : kOptions) {
      if (option.verb == verb.name) cases += zsh_option(option);
    }
    if (verb.name == "help") cases += fmt::format("      '1:command:({} {})'\n", verb_words(), kTopics);
    if (verb.name == "init") cases += fmt::format("      '1:template:({})'\n", kTemplates);
    if (verb.name == "run" || verb.name == "exec") cases += "      '*::command:_normal'\n";
    cases += "    ) ;;\n";
  }
  std::string common;
  for (const auto& option : kOptions) {
    if (option.verb.empty()) common += zsh_option(option);
  }
  return fmt::format(R"(#compdef env envtool
_envtool() {{
  local -a verbs options
  verbs=(
{0}  )
  if (( CURRENT == 2 )); then
    _describe -t verbs 'envtool command' verbs
    [[ $service == env ]] && _command_names -e
    return
  fi
  options=(
{1}  )
  local verb=$words[2]
  case $verb in
{2}    *) _default; return ;;
  esac
  shift words
  (( CURRENT-- ))
  _arguments -S $options
}}
_envtool "$@"
)",
                     verbs, common, cases);
}

std::string fish_option(const Option& option, std::string_view condition) {
  std::string out =
      "complete -c $program -n " + quoted(condition) + " -l " + std::string(option.name.substr(2));
  if (option.letter != 0) out += fmt::format(" -s {}", option.letter);
  if (!option.value.empty()) out += " -r";
  return "    " + out + " -d " + quoted(option.help) + "\n";
}

std::string fish() {
  std::string out = "# fish completion for env and envtool\nfor program in env envtool\n";
  for (const auto& verb : kVerbs) {
    if (!verb.ready) continue;
    out += fmt::format("    complete -c $program -n __fish_use_subcommand -a {} -d {}\n", verb.name,
                       quoted(verb.summary));
    for (const auto& option : kOptions) {
      if (option.verb == verb.name || option.verb.empty())
        out += fish_option(option, fmt::format("__fish_seen_subcommand_from {}", verb.name));
    }
  }
  out += fmt::format("    complete -c $program -f -n '__fish_seen_subcommand_from help' -a {}\n",
                     quoted(verb_words() + " " + std::string(kTopics)));
  out += fmt::format("    complete -c $program -f -n '__fish_seen_subcommand_from init' -a {}\n",
                     quoted(kTemplates));
  return out + "end\n";
}

}  // namespace

std::string completion_script(Shell shell) {
  switch (shell) {
    case Shell::bash:
      return bash();
    case Shell::zsh:
      return zsh();
    case Shell::fish:
      return fish();
  }
  return {};
}

}  // namespace envtool::cli
