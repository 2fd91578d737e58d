#include "envtool/cli/arguments/help.hpp"

#include <fmt/format.h>

#include <vector>

#include "envtool/cli/arguments/options.hpp"
#include "envtool/cli/verbs.hpp"
#include "envtool/support/text.hpp"

namespace envtool::embedded {
std::string_view help(std::string_view name);  // made by tools/cmake/embed.cmake
}

namespace envtool::cli {
namespace {

std::string option_spelling(const Option& option) {
  const auto letter = option.letter != 0 ? fmt::format("-{}, ", option.letter) : std::string("    ");
  return letter + std::string(option.name) + (option.value.empty() ? "" : " " + std::string(option.value));
}

/// The options of one verb ("": the common ones), a line each.
std::string option_lines(std::string_view verb) {
  std::string out;
  for (const auto& option : kOptions) {
    if (option.verb == verb) out += fmt::format("  {:<30} {}\n", option_spelling(option), option.help);
  }
  return out;
}

/// Markdown as it reads well in a terminal: no heading marks, no fences, code indented by two more spaces.
std::string plain(std::string_view markdown) {
  std::string out;
  bool code = false;
  for (const auto line : split(markdown, '\n')) {
    if (line.starts_with("```")) {
      code = !code;
    } else if (!code && line.starts_with("#")) {
      out.append(trim(line.substr(line.find_first_not_of('#')))).append("\n");
    } else {
      out.append(code && !line.empty() ? "    " : "").append(line).append("\n");
    }
  }
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

}  // namespace

std::string usage_line(std::string_view verb) {
  std::string out = fmt::format("usage: env {}", verb);
  for (const auto& option : kOptions) {
    if (option.verb != verb) continue;
    out += fmt::format(" [{}{}{}]", option.name, option.value.empty() ? "" : " ", option.value);
  }
  for (const auto& operands : kOperands) {
    if (operands.verb == verb) out += fmt::format(" {}", operands.text);
  }
  return out;
}

std::string overview() {
  std::string out =
      "env makes the environment that a project's env.yaml describes: the same Python, the same packages and "
      "the\n"
      "same system libraries on every machine, in a container, without root.\n\n"
      "usage: env COMMAND [OPTIONS]      (any other `env …` is the system's own env)\n\n";
  for (const auto& verb : kVerbs) {
    if (verb.ready) out += fmt::format("  {:<8} {}\n", verb.name, verb.summary);
  }
  out += "\nEvery command takes:\n" + option_lines("") +
         "\nA first session:   env init course   then   env up\n"
         "More:              env help COMMAND, env help env.yaml, env help env.lock\n";
  return out;
}

std::optional<std::string> help_page(std::string_view topic) {
  if (topic == "env.yaml" || topic == "env-yaml") return plain(embedded::help("env-yaml.md"));
  if (topic == "env.lock" || topic == "env-lock") return plain(embedded::help("env-lock.md"));
  const Verb* verb = find_verb(topic);
  if (verb == nullptr) return std::nullopt;
  const auto page = embedded::help(std::string(topic) + ".md");
  std::string out = page.empty()
                        ? fmt::format("env {}: {}. This comes with a later version.\n", topic, verb->summary)
                        : plain(page);
  out += "\n" + usage_line(topic) + "\n";
  if (const auto own = option_lines(topic); !own.empty()) out += "\nOptions:\n" + own;
  return out + "\nEvery command takes:\n" + option_lines("");
}

std::optional<std::string> nearest_verb(std::string_view word) {
  std::vector<std::string> names;
  for (const auto& verb : kVerbs) names.emplace_back(verb.name);
  return nearest(word, names);
}

}  // namespace envtool::cli
