// What published metadata gets wrong, and what it meant.
#include <charconv>

#include "envtool/formats/pep/specifier.hpp"
#include "envtool/support/text.hpp"

namespace envtool::pep {
namespace {

constexpr std::string_view kOperatorLetters = "<>=!~";

/// "3.9" → "3.10"; the text itself when it does not end in a number that fits.
std::string next_minor(std::string_view version) {
  const auto dot = version.rfind('.');
  const auto start = dot == std::string_view::npos ? 0 : dot + 1;
  unsigned number = 0;
  const auto [end, error] = std::from_chars(version.data() + start, version.data() + version.size(), number);
  if (error != std::errc{} || end != version.data() + version.size()) return std::string(version);
  return std::string(version.substr(0, start)) + std::to_string(number + 1);
}

std::string mended_operator(std::string_view op) {
  if (op == "=") return "==";
  if (op == "=>") return ">=";
  if (op == "=<") return "<=";
  if (op == "!=~" || op == "<>" || op == "=!") return "!=";
  if (op == "~" || op == "=~" || op == "~>" || op == "~==") return "~=";
  return std::string(op);
}

/// One clause; ".*" behind an ordering means the whole series.
std::string mended(std::string_view op_text, std::string_view operand) {
  auto op = mended_operator(op_text);
  if (op_text == "!=~" && !operand.ends_with(".*")) return "!=" + std::string(operand) + ".*";
  if (op == "===" || op == "==" || op == "!=" || !operand.ends_with("*")) {
    if (op == "~=" && operand.find('.') == std::string_view::npos) return "==" + std::string(operand) + ".*";
    return op + std::string(operand);
  }
  operand.remove_suffix(1);
  if (operand.ends_with('.')) operand.remove_suffix(1);
  if (op == "~=") return "==" + std::string(operand) + ".*";
  if (op == "<=") return "<" + next_minor(operand);
  if (op == ">") return ">=" + next_minor(operand);
  return op + std::string(operand);
}

}  // namespace

Result<SpecifierSet> SpecifierSet::parse_lenient(std::string_view text) {
  auto strict = parse(text);
  if (strict) return strict;
  std::vector<std::string> clauses;
  std::size_t at = 0;
  // Clauses begin at an operator, whether or not a comma stands before it; quotes are noise.
  while ((at = text.find_first_of(kOperatorLetters, at)) != std::string_view::npos) {
    const auto operand_start = std::min(text.find_first_not_of(kOperatorLetters, at), text.size());
    const auto op = text.substr(at, operand_start - at);
    const auto end = std::min(text.find_first_of(kOperatorLetters, operand_start), text.size());
    auto operand = text.substr(operand_start, end - operand_start);
    while (!operand.empty() && std::string_view(" \t,'\"()").find(operand.back()) != std::string_view::npos)
      operand.remove_suffix(1);
    clauses.push_back(mended(op, trim(operand)));
    at = end;
  }
  if (clauses.empty() ||
      trim(text.substr(0, text.find_first_of(kOperatorLetters))).find_first_not_of("'\"( ,") !=
          std::string_view::npos)
    return strict;
  auto second = parse(join(clauses, ","));
  return second ? second : strict;
}

}  // namespace envtool::pep
