// Markers: evaluation and rendering.
#include <algorithm>

#include "envtool/formats/pep/marker_tree.hpp"
#include "envtool/formats/pep/name.hpp"
#include "envtool/formats/pep/specifier.hpp"

namespace envtool::pep {
namespace {

/// For sets and for `extra`, which may be several at once.
using Names = std::vector<std::string>;

bool compares_versions(Variable variable) {
  return variable == Variable::implementation_version || variable == Variable::platform_release ||
         variable == Variable::python_full_version || variable == Variable::python_version;
}

bool is_set(Variable variable) {
  return variable == Variable::extras || variable == Variable::dependency_groups;
}

std::string value_of(const MarkerEnvironment& e, Variable variable) {
  switch (variable) {
    case Variable::implementation_name:
      return e.implementation_name;
    case Variable::implementation_version:
      return e.implementation_version;
    case Variable::os_name:
      return e.os_name;
    case Variable::platform_machine:
      return e.platform_machine;
    case Variable::platform_python_implementation:
      return e.platform_python_implementation;
    case Variable::platform_release:
      return e.platform_release;
    case Variable::platform_system:
      return e.platform_system;
    case Variable::platform_version:
      return e.platform_version;
    // Builds from a checkout say "3.14.0+", which is no version.
    case Variable::python_full_version:
      return e.python_full_version.ends_with('+') ? e.python_full_version + "local" : e.python_full_version;
    case Variable::python_version:
      return e.python_version;
    case Variable::sys_platform:
      return e.sys_platform;
    default:
      return "";
  }
}

Names normalized(const std::set<std::string>& names) {
  Names out;
  for (const auto& name : names) out.push_back(normalize_name(name));
  return out;
}

std::string name_of(const MarkerOperand& operand) {
  if (const auto* variable = std::get_if<Variable>(&operand))
    return std::string(kVariableNames[static_cast<int>(*variable)]);
  return std::get<std::string>(operand);
}

Result<bool> compare_texts(const std::string& left, const std::string& op, const std::string& right) {
  if (op == "in") return right.find(left) != std::string::npos;
  if (op == "not in") return right.find(left) == std::string::npos;
  if (op == "==" || op == "<=" || op == ">=") return left == right;
  if (op == "!=") return left != right;
  if (op == "<" || op == ">") return false;
  return fail(Code::bad_input,
              "the marker comparison '" + left + "' " + op + " '" + right + "' has no meaning",
              op + " compares versions only");
}

class Evaluator {
 public:
  Evaluator(const MarkerEnvironment& environment, const MarkerSelection& selection)
      : environment_(environment),
        extras_(normalized(selection.extras)),
        groups_(normalized(selection.dependency_groups)) {}

  Result<bool> group(const MarkerGroup& group) const {
    bool any = false;
    bool all = true;
    for (std::size_t i = 0; i < group.terms.size(); ++i) {
      if (i > 0 && group.or_before[i - 1]) {
        any = any || all;
        all = true;
      }
      ENVTOOL_TRY(const bool holds, term(group.terms[i]));
      all = all && holds;
    }
    return any || all;
  }

 private:
  Result<bool> term(const MarkerGroup::Term& term) const {
    if (const auto* inner = std::get_if<std::shared_ptr<const MarkerGroup>>(&term)) return group(**inner);
    return comparison(std::get<MarkerComparison>(term));
  }

  Result<bool> comparison(const MarkerComparison& c) const {
    const auto* left = std::get_if<Variable>(&c.left);
    const auto* right = std::get_if<Variable>(&c.right);
    if (left && is_set(*left))
      return fail(Code::bad_input,
                  "the marker variable " + name_of(c.left) + " is a set and cannot stand left of " + c.op,
                  "write '\"name\" in " + name_of(c.left) + "'");
    if (right && is_set(*right)) return in_set(c, *right == Variable::extras ? extras_ : groups_);
    if ((left && *left == Variable::extra) || (right && *right == Variable::extra))
      return with_extra(c, left != nullptr);
    const auto a = left ? value_of(environment_, *left) : std::get<std::string>(c.left);
    const auto b = right ? value_of(environment_, *right) : std::get<std::string>(c.right);
    if ((left || right) && compares_versions(left ? *left : *right))
      if (const auto specifier = Specifier::parse(c.op + b))
        return specifier->contains_text(a, Prereleases::allow);
    return compare_texts(a, c.op, b);
  }

  Result<bool> in_set(const MarkerComparison& c, const Names& names) const {
    const auto* text = std::get_if<std::string>(&c.left);
    const bool found = text && std::find(names.begin(), names.end(), *text) != names.end();
    if (c.op == "in") return found;
    if (c.op == "not in") return !found;
    // A name never equals a set.
    return compare_texts("a name", c.op, "a set");
  }

  /// Without extras `extra` is empty; with several, `==` asks whether one of them is meant, `!=` whether none
  /// is.
  Result<bool> with_extra(const MarkerComparison& c, bool on_left) const {
    const bool negative = c.op == "!=" || c.op == "not in";
    const auto other = name_or_value(on_left ? c.right : c.left);
    for (const auto& extra : extras_.empty() ? Names{""} : extras_) {
      ENVTOOL_TRY(const bool holds, compare_texts(on_left ? extra : other, c.op, on_left ? other : extra));
      if (holds != negative) return holds;
    }
    return negative;
  }
  std::string name_or_value(const MarkerOperand& operand) const {
    if (const auto* variable = std::get_if<Variable>(&operand)) return value_of(environment_, *variable);
    return std::get<std::string>(operand);
  }

  const MarkerEnvironment& environment_;
  Names extras_, groups_;
};

bool mentions(const MarkerGroup& group) {
  return std::any_of(group.terms.begin(), group.terms.end(), [](const MarkerGroup::Term& term) {
    if (const auto* inner = std::get_if<std::shared_ptr<const MarkerGroup>>(&term)) return mentions(**inner);
    const auto& c = std::get<MarkerComparison>(term);
    const auto is_extra = [](const MarkerOperand& side) {
      return side == MarkerOperand(Variable::extra) || side == MarkerOperand(Variable::extras);
    };
    return is_extra(c.left) || is_extra(c.right);
  });
}

/// In quotes; what the quotes or the grammar cannot hold is escaped, so that it reads back the same.
std::string render(const MarkerOperand& operand) {
  if (std::holds_alternative<Variable>(operand)) return name_of(operand);
  const auto& text = std::get<std::string>(operand);
  const char quote = text.find('"') == std::string::npos || text.find('\'') != std::string::npos ? '"' : '\'';
  std::string out(1, quote);
  for (const char c : text) {
    static constexpr std::string_view kHex = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\') out += "\\\\";
    else if (byte < 0x20 || c == quote)
      out.append("\\x").append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
    else out += c;
  }
  return out + quote;
}

std::string render(const MarkerGroup& group, bool outermost) {
  if (group.terms.size() == 1)
    if (const auto* inner = std::get_if<std::shared_ptr<const MarkerGroup>>(&group.terms.front()))
      return render(**inner, outermost);
  std::string out;
  for (std::size_t i = 0; i < group.terms.size(); ++i) {
    if (i > 0) out += group.or_before[i - 1] ? " or " : " and ";
    if (const auto* c = std::get_if<MarkerComparison>(&group.terms[i]))
      out += render(c->left) + " " + c->op + " " + render(c->right);
    else out += render(*std::get<std::shared_ptr<const MarkerGroup>>(group.terms[i]), false);
  }
  return outermost || group.terms.size() == 1 ? out : "(" + out + ")";
}

}  // namespace

MarkerEnvironment MarkerEnvironment::cpython(std::string_view full_version, const Platform& platform) {
  MarkerEnvironment out;
  out.python_full_version = out.implementation_version = std::string(full_version);
  const auto minor = full_version.find('.');
  const auto end =
      minor == std::string_view::npos ? minor : full_version.find_first_not_of("0123456789", minor + 1);
  out.python_version = std::string(full_version.substr(0, end));
  out.platform_machine = platform.machine();
  return out;
}

Result<bool> Marker::evaluate(const MarkerEnvironment& environment, const MarkerSelection& selection) const {
  return Evaluator(environment, selection).group(*root_);
}

bool Marker::holds(const MarkerEnvironment& environment, const MarkerSelection& selection) const {
  return evaluate(environment, selection).value_or(false);
}

bool Marker::mentions_extra() const { return mentions(*root_); }

std::string Marker::str() const { return render(*root_, true); }

}  // namespace envtool::pep
