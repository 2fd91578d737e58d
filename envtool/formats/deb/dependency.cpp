#include "envtool/formats/deb/dependency.hpp"

#include <optional>

#include "envtool/formats/deb/version.hpp"
#include "envtool/support/text.hpp"

namespace envtool::deb {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-' ||
         c == '.' || c == '_';
}

/// The deprecated `<` and `>` mean `<=` and `>=` (policy §7.1).
std::optional<Relation> parse_relation(std::string_view text) {
  if (text == ">=" || text == ">") return Relation::greater_equal;
  if (text == "<=" || text == "<") return Relation::less_equal;
  if (text == "=") return Relation::equal;
  if (text == "<<") return Relation::less;
  if (text == ">>") return Relation::greater;
  return std::nullopt;
}

std::optional<Dependency> parse_one(std::string_view text) {
  Dependency one;
  std::size_t at = 0;
  while (at < text.size() && is_name(text[at])) ++at;
  one.name = text.substr(0, at);
  if (one.name.empty()) return std::nullopt;
  if (at < text.size() && text[at] == ':') {
    const auto start = ++at;
    while (at < text.size() && is_name(text[at])) ++at;
    one.architecture = text.substr(start, at - start);
    if (one.architecture.empty()) return std::nullopt;
  }
  while (at < text.size() && is_space(text[at])) ++at;
  if (at == text.size()) return one;
  if (text[at] != '(' || text.back() != ')') return std::nullopt;
  const auto inner = trim(text.substr(at + 1, text.size() - at - 2));
  const auto end = inner.find_first_not_of("<>=");
  if (end == std::string_view::npos) return std::nullopt;
  const auto relation = parse_relation(inner.substr(0, end));
  one.version = trim(inner.substr(end));
  if (!relation || one.version.find_first_of("() \t\n") != std::string_view::npos) return std::nullopt;
  one.relation = *relation;
  return one;
}

}  // namespace

Result<std::vector<Alternatives>> parse_dependencies(std::string_view field) {
  std::vector<Alternatives> groups;
  while (!field.empty()) {
    const auto comma = field.find(',');
    auto group = trim(field.substr(0, comma));
    field = comma == std::string_view::npos ? std::string_view{} : field.substr(comma + 1);
    if (group.empty()) continue;
    Alternatives alternatives;
    for (auto rest = group;;) {
      const auto bar = rest.find('|');
      const auto one = parse_one(trim(rest.substr(0, bar)));
      if (!one) return fail(Code::bad_input, "malformed dependency '" + std::string(group) + "'");
      alternatives.push_back(*one);
      if (bar == std::string_view::npos) break;
      rest.remove_prefix(bar + 1);
    }
    groups.push_back(std::move(alternatives));
  }
  return groups;
}

bool satisfies(std::string_view version, Relation relation, std::string_view required) {
  if (relation == Relation::any) return true;
  const auto order = compare_versions(version, required);
  switch (relation) {
    case Relation::less:
      return order < 0;
    case Relation::less_equal:
      return order <= 0;
    case Relation::equal:
      return order == 0;
    case Relation::greater_equal:
      return order >= 0;
    case Relation::greater:
      return order > 0;
    case Relation::any:
      break;
  }
  return true;
}

std::string_view symbol(Relation relation) {
  switch (relation) {
    case Relation::less:
      return "<<";
    case Relation::less_equal:
      return "<=";
    case Relation::equal:
      return "=";
    case Relation::greater_equal:
      return ">=";
    case Relation::greater:
      return ">>";
    case Relation::any:
      break;
  }
  return "";
}

}  // namespace envtool::deb
