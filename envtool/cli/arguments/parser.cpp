#include "envtool/cli/arguments/parser.hpp"

#include <fmt/format.h>

#include <cassert>
#include <charconv>

#include "envtool/cli/arguments/options.hpp"
#include "envtool/support/env_vars.hpp"
#include "envtool/support/text.hpp"

namespace envtool::cli {
namespace {

/// The table's entry for a verb's option, its own before the common ones.
const Option* find_option(std::string_view verb, std::string_view name) {
  for (const auto& option : kOptions) {
    if ((option.verb == verb || option.verb.empty()) && option.name == name) return &option;
  }
  return nullptr;
}
const Option* find_letter(std::string_view verb, char letter) {
  for (const auto& option : kOptions) {
    if (option.verb == verb && option.letter == letter) return &option;
  }
  for (const auto& option : kOptions) {
    if (option.verb.empty() && option.letter == letter) return &option;
  }
  return nullptr;
}

std::string help_hint(std::string_view verb) { return fmt::format("`env help {}` lists them", verb); }

}  // namespace

Parser::Parser(std::string_view verb, CommonOptions& common) : verb_(verb) {
  bind("--help", common.help);
  bind("--verbose", common.verbose);
  bind("--quiet", common.quiet);
  bind("--json", common.json);
  bind("--project", common.project);
}

Parser& Parser::bind_value(std::string_view option, Set set) {
  assert(find_option(verb_, option) != nullptr && "options stand in options.hpp");
  setters_[std::string(option)] = std::move(set);
  return *this;
}

Parser& Parser::bind(std::string_view option, bool& out) {
  return bind_value(option, [&out](std::string_view) -> Result<void> {
    out = true;
    return {};
  });
}
Parser& Parser::bind(std::string_view option, std::optional<std::string>& out) {
  return bind_value(option, [&out](std::string_view value) -> Result<void> {
    out = std::string(value);
    return {};
  });
}
Parser& Parser::bind(std::string_view option, std::optional<std::filesystem::path>& out) {
  return bind_value(option, [&out](std::string_view value) -> Result<void> {
    out = std::filesystem::path(value);
    return {};
  });
}
Parser& Parser::bind(std::string_view option, std::optional<ByteCount>& out) {
  return bind_value(option, [&out](std::string_view value) -> Result<void> {
    ENVTOOL_TRY(out, parse_byte_count(value));
    return {};
  });
}
Parser& Parser::bind(std::string_view option, std::vector<std::string>& out) {
  return bind_value(option, [&out](std::string_view value) -> Result<void> {
    out.emplace_back(value);
    return {};
  });
}
Parser& Parser::bind(std::string_view option, std::set<std::string>& out) {
  return bind_value(option, [&out](std::string_view value) -> Result<void> {
    out.emplace(value);
    return {};
  });
}
Parser& Parser::bind(std::string_view option, int& out) {
  return bind_value(option, [&out](std::string_view value) -> Result<void> {
    int number = 0;
    const auto [rest, status] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (status != std::errc{} || rest != value.data() + value.size() || number < 0)
      return fail(Code::usage, fmt::format("'{}' is not a whole number", value), "write for example 10");
    out = number;
    return {};
  });
}
Parser& Parser::bind(std::string_view option, std::vector<std::pair<std::string, std::string>>& out) {
  return bind_value(option, [&out](std::string_view value) -> Result<void> {
    const auto equals = value.find('=');
    const std::string name(value.substr(0, equals));
    if (name.empty())
      return fail(Code::usage, fmt::format("'{}' has no name before '='", value), "write NAME=VALUE");
    if (equals != std::string_view::npos) {
      out.emplace_back(name, value.substr(equals + 1));
    } else if (auto ours = env_vars::get(name.c_str())) {
      out.emplace_back(name, *ours);
    }
    return {};
  });
}

Parser& Parser::operand(std::optional<std::string>& out) {
  operand_ = &out;
  return *this;
}
Parser& Parser::command(std::vector<std::string>& out) {
  command_ = &out;
  return *this;
}

Failure Parser::unknown(std::string_view name) const {
  std::vector<std::string> names;
  for (const auto& [known, set] : setters_) names.push_back(known);
  const auto near = name.size() > 2 ? nearest(name, names) : std::nullopt;
  return fail(Code::usage, fmt::format("`env {}` has no option {}", verb_, name),
              near ? fmt::format("did you mean {}?", *near) : help_hint(verb_));
}

/// One option and its value, which is `inline_value` or else the next argument.
Result<void> Parser::take(std::string_view name, std::optional<std::string_view> inline_value,
                          bool& used_next, std::optional<std::string_view> next) {
  const auto* option = find_option(verb_, name);
  const auto setter = setters_.find(name);
  if (option == nullptr || setter == setters_.end()) return unknown(name);
  if (option->value.empty()) {
    if (inline_value)
      return fail(Code::usage, fmt::format("{} takes no value", name), fmt::format("write {} alone", name));
    return setter->second({});
  }
  used_next = !inline_value;
  const auto value = inline_value ? inline_value : next;
  if (!value)
    return fail(Code::usage, fmt::format("{} needs a value", name),
                fmt::format("write {} {}", name, option->value));
  auto set = setter->second(*value);
  if (set) return set;
  auto error = std::move(set).error();
  error.code = Code::usage;
  error.what = fmt::format("{}: {}", name, error.what);
  return fail(std::move(error));
}

Result<bool> Parser::take_long(std::string_view argument, std::optional<std::string_view> next) {
  const auto equals = argument.find('=');
  std::optional<std::string_view> value;
  if (equals != std::string_view::npos) value = argument.substr(equals + 1);
  bool used_next = false;
  ENVTOOL_CHECK(take(argument.substr(0, equals), value, used_next, next));
  return used_next;
}

Result<bool> Parser::take_letters(std::string_view argument, std::optional<std::string_view> next) {
  bool used_next = false;
  for (std::size_t i = 1; i < argument.size(); ++i) {
    const auto* option = find_letter(verb_, argument[i]);
    if (option == nullptr) return unknown(fmt::format("-{}", argument[i]));
    const bool takes_rest = !option->value.empty() && i + 1 < argument.size();
    std::optional<std::string_view> value;
    if (takes_rest) value = argument.substr(i + 1);
    ENVTOOL_CHECK(take(option->name, value, used_next, next));
    if (!option->value.empty()) break;
  }
  return used_next;
}

Result<void> Parser::parse(std::span<const std::string> arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    std::optional<std::string_view> next;
    if (i + 1 < arguments.size()) next = arguments[i + 1];
    const bool end = argument == "--";
    if (!end && argument.size() > 1 && argument.front() == '-') {
      ENVTOOL_TRY(const bool used_next,
                  argument[1] == '-' ? take_long(argument, next) : take_letters(argument, next));
      if (used_next) ++i;
      continue;
    }
    const auto rest = arguments.subspan(end ? i + 1 : i);
    if (command_ != nullptr) {
      command_->assign(rest.begin(), rest.end());
      return {};
    }
    if (end && rest.empty()) continue;
    if (operand_ != nullptr && !*operand_) {
      *operand_ = rest.front();
      if (end) ++i;
      continue;
    }
    return fail(Code::usage, fmt::format("`env {}` does not take '{}'", verb_, rest.front()),
                help_hint(verb_));
  }
  return {};
}

std::vector<std::string> Parser::unbound() const {
  std::vector<std::string> out;
  for (const auto& option : kOptions) {
    if (option.verb == verb_ && !setters_.contains(option.name)) out.emplace_back(option.name);
  }
  return out;
}

}  // namespace envtool::cli
