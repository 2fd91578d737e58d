#include "envtool/formats/pep/specifier_text.hpp"

#include <array>
#include <utility>

#include "envtool/support/text.hpp"

namespace envtool::pep {
namespace {

/// Longest first, so that the first match is the right one.
constexpr std::array<std::pair<std::string_view, Operator>, 8> kOperators = {{
    {"===", Operator::arbitrary},
    {"~=", Operator::compatible},
    {"==", Operator::equal},
    {"!=", Operator::not_equal},
    {"<=", Operator::less_equal},
    {">=", Operator::greater_equal},
    {"<", Operator::less},
    {">", Operator::greater},
}};

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// The arbitrary text of `===` ends at white space, ';', ')' or, among other clauses, ','.
std::string_view arbitrary_operand(std::string_view rest) {
  return rest.substr(0, rest.find_first_of(" \t\n\v\f\r;),"));
}

bool is_bare(const VersionParts& parts) {
  return !parts.pre && !parts.post && !parts.dev && parts.local.empty();
}

Failure complain(std::size_t at, std::string what, std::string_view clause) {
  auto error = error_at(at, std::move(what));
  if (auto hint = advice(clause); !hint.empty()) error.hints.push_back(std::move(hint));
  return Failure(std::move(error));
}

}  // namespace

std::string_view text(Operator op) {
  for (const auto& [word, value] : kOperators)
    if (value == op) return word;
  return "";
}

bool at_operator(const Cursor& cursor) {
  for (const auto& [word, op] : kOperators)
    if (cursor.starts(word)) return true;
  return false;
}

std::string advice(std::string_view clause) {
  clause = trim(clause);
  const auto start = clause.find_first_not_of("<>=!~ \t");
  const auto op = trim(clause.substr(0, start));
  const auto rest = start == std::string_view::npos ? std::string_view{} : clause.substr(start);
  const auto operand = std::string(rest.substr(0, rest.find_first_of(" ,;)")));
  const auto bare = operand.ends_with(".*") ? operand.substr(0, operand.size() - 2) : operand;
  if (op == "=" || op == "====") return "write ==" + operand + " for exactly this version";
  if (op == "=>" || op == "> =") return "write >=" + operand;
  if (op == "=<" || op == "< =") return "write <=" + operand;
  if (op == "=!" || op == "<>" || op == "!" || op == "! =") return "write !=" + operand;
  if (op == "~" || op == "=~" || op == "~>") return "write ~=" + operand;
  if (op == "~=" && split_version(operand))
    return "~= needs two numbers: write ~=" + operand + ".0, or ==" + operand + ".*";
  if (op == "~=" && operand.ends_with(".*")) return "write ==" + operand;
  if (!op.empty() && bare != operand) return "only == and != take .*: write " + std::string(op) + bare;
  if (op.empty() && split_version(bare))
    return "write ==" + operand + " for exactly this version, or >=" + bare;
  if (operand.empty() && !op.empty()) return "write a version behind " + std::string(op);
  return {};
}

Result<Specifier> read_specifier(Cursor& cursor) {
  const auto start = cursor.at;
  const auto clause = cursor.rest();
  std::optional<Operator> op;
  for (const auto& [word, value] : kOperators)
    if (cursor.starts(word)) {
      op = value;
      cursor.at += word.size();
      break;
    }
  if (!op)
    return complain(start, quoted(clause) + " does not begin with one of ~= == != <= >= < > ===", clause);
  while (is_space(cursor.peek())) ++cursor.at;

  if (*op == Operator::arbitrary) {
    const auto operand = arbitrary_operand(cursor.rest());
    cursor.at += operand.size();
    return Specifier(*op, operand, Version::try_parse(operand), false);
  }
  const auto prefix = split_version_prefix(cursor.rest());
  const auto name = std::string(text(*op));
  if (prefix.length == 0)
    return complain(cursor.at, "no version behind " + name + " in " + quoted(clause), clause);
  const auto operand = cursor.rest().substr(0, prefix.length);
  const bool equality = *op == Operator::equal || *op == Operator::not_equal;
  const bool wildcard = cursor.rest().substr(prefix.length).starts_with(".*");
  const auto behind = cursor.at + prefix.length;
  if (wildcard && !equality) return complain(behind, name + " does not take .* in " + quoted(clause), clause);
  if (wildcard && !is_bare(prefix.parts))
    return complain(behind, ".* stands behind plain numbers only, not in " + quoted(clause), "");
  if (!equality && !prefix.parts.local.empty())
    return complain(behind, name + " does not take a local version (" + quoted(prefix.parts.local) + ")", "");
  if (*op == Operator::compatible && prefix.parts.release.find('.') == std::string_view::npos)
    return complain(cursor.at,
                    quoted(clause) + " has only one number behind ~=", name + std::string(operand));
  cursor.at = behind + (wildcard ? 2 : 0);
  return Specifier(*op, clause.substr(operand.data() - clause.data(), prefix.length + (wildcard ? 2 : 0)),
                   Version::of(operand), wildcard);
}

}  // namespace envtool::pep
