// Markers: text to tree.
#include <algorithm>

#include "envtool/formats/pep/marker_tree.hpp"
#include "envtool/formats/pep/name.hpp"
#include "envtool/support/text.hpp"

namespace envtool::pep {
namespace {

constexpr int kDeepest = 100;
constexpr std::array<std::string_view, 8> kComparisons = {"===", "==", "~=", "!=", "<=", ">=", "<", ">"};

/// Spellings of before PEP 508 and of setuptools.
constexpr std::array<std::pair<std::string_view, Variable>, 6> kOldNames = {{
    {"os.name", Variable::os_name},
    {"sys.platform", Variable::sys_platform},
    {"platform.version", Variable::platform_version},
    {"platform.machine", Variable::platform_machine},
    {"platform.python_implementation", Variable::platform_python_implementation},
    {"python_implementation", Variable::platform_python_implementation},
}};

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::string_view word_at(const Cursor& cursor, bool dots) {
  const auto rest = cursor.rest();
  std::size_t end = 0;
  while (end < rest.size() && (is_word(rest[end]) || (dots && rest[end] == '.'))) ++end;
  return rest.substr(0, end);
}

bool take_word(Cursor& cursor, std::string_view word) {
  if (word_at(cursor, false) != word) return false;
  cursor.at += word.size();
  return true;
}

std::optional<Variable> find_variable(std::string_view word) {
  for (std::size_t i = 0; i < kVariableNames.size(); ++i)
    if (kVariableNames[i] == word) return static_cast<Variable>(i);
  for (const auto& [name, variable] : kOldNames)
    if (name == word) return variable;
  return std::nullopt;
}

/// The escapes of Python strings that make sense in a marker; nullopt for a text that Python would refuse.
std::optional<std::string> unescape(std::string_view raw) {
  static constexpr std::string_view kFrom = "\\'\"ntr", kTo = "\\'\"\n\t\r";
  std::string out;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\n' || raw[i] == '\0') return std::nullopt;
    if (raw[i] != '\\') {
      out += raw[i];
      continue;
    }
    if (i + 1 == raw.size()) return std::nullopt;
    const auto known = kFrom.find(raw[i + 1]);
    if (known == std::string_view::npos) out += '\\';
    else out += kTo[known], ++i;
  }
  return out;
}

class Reader {
 public:
  explicit Reader(Cursor& cursor) : cursor_(cursor) {}

  Result<std::shared_ptr<const MarkerGroup>> group(int depth) {
    if (depth > kDeepest) return fail(error_at(cursor_.at, "the marker has too many nested parentheses"));
    auto out = std::make_shared<MarkerGroup>();
    for (;;) {
      ENVTOOL_TRY(auto next, term(depth));
      out->terms.push_back(std::move(next));
      const bool is_and = take_word(cursor_, "and");
      if (!is_and && !take_word(cursor_, "or")) return out;
      out->or_before.push_back(!is_and);
    }
  }

 private:
  Result<MarkerGroup::Term> term(int depth) {
    cursor_.skip_blanks();
    const auto open = cursor_.at;
    if (cursor_.take('(')) {
      ENVTOOL_TRY(auto inner, group(depth + 1));
      if (!cursor_.take(')')) return fail(error_at(open, "the parenthesis is not closed in the marker"));
      cursor_.skip_blanks();
      return MarkerGroup::Term(std::move(inner));
    }
    ENVTOOL_TRY(auto left, operand());
    ENVTOOL_TRY(auto op, comparison());
    ENVTOOL_TRY(auto right, operand());
    if (std::holds_alternative<std::string>(left) && std::holds_alternative<std::string>(right))
      return fail(error_at(open, "the marker compares two texts, " + quoted(std::get<std::string>(left)) +
                                     " and " + quoted(std::get<std::string>(right)))
                      .hint("one side has to be a variable such as python_version, without quotes"));
    normalize(left, right);
    return MarkerGroup::Term(MarkerComparison{std::move(left), std::move(op), std::move(right)});
  }

  Result<MarkerOperand> operand() {
    cursor_.skip_blanks();
    const auto start = cursor_.at;
    if (cursor_.peek() == '"' || cursor_.peek() == '\'') return string();
    const auto word = word_at(cursor_, true);
    if (word.empty()) return fail(error_at(start, "the marker needs a variable or a quoted text here"));
    if (const auto variable = find_variable(word)) {
      cursor_.at += word.size();
      cursor_.skip_blanks();
      return MarkerOperand(*variable);
    }
    auto error = error_at(start, quoted(word) + " is no marker variable");
    const std::vector<std::string> names(kVariableNames.begin(), kVariableNames.end());
    if (const auto near = nearest(word, names)) error.hints.push_back("did you mean " + *near + "?");
    else error.hints.push_back("put texts in quotes: \"" + std::string(word) + "\"");
    return Failure(std::move(error));
  }

  Result<MarkerOperand> string() {
    const auto start = cursor_.at;
    const char quote = cursor_.peek();
    const auto end = cursor_.text.find(quote, start + 1);
    if (end == std::string_view::npos) return fail(error_at(start, "the quote is not closed in the marker"));
    cursor_.at = end + 1;
    auto value = unescape(cursor_.text.substr(start + 1, end - start - 1));
    if (!value)
      return fail(error_at(start, "the quoted text is malformed").hint("write a backslash as \\\\"));
    cursor_.skip_blanks();
    return MarkerOperand(*std::move(value));
  }

  Result<std::string> comparison() {
    for (const auto op : kComparisons)
      if (cursor_.starts(op)) {
        cursor_.at += op.size();
        return std::string(op);
      }
    if (take_word(cursor_, "in")) return std::string("in");
    if (take_word(cursor_, "not")) {
      cursor_.skip_blanks();
      if (take_word(cursor_, "in")) return std::string("not in");
      return fail(error_at(cursor_.at, "'not' is followed by 'in' in markers"));
    }
    auto error =
        error_at(cursor_.at, "the marker needs a comparison here: one of <= < != == >= > ~= === in not in");
    if (cursor_.peek() == '=') error.hints.push_back("write == to compare");
    return Failure(std::move(error));
  }

  /// PEP 685: names of extras and groups compare normalised.
  static void normalize(MarkerOperand& left, MarkerOperand& right) {
    const auto names = [](const MarkerOperand& side, bool also_sets) {
      const auto* variable = std::get_if<Variable>(&side);
      return variable &&
             (*variable == Variable::extra ||
              (also_sets && (*variable == Variable::extras || *variable == Variable::dependency_groups)));
    };
    if (auto* text = std::get_if<std::string>(&right); text && names(left, false))
      *text = normalize_name(*text);
    if (auto* text = std::get_if<std::string>(&left); text && names(right, true))
      *text = normalize_name(*text);
  }

  Cursor& cursor_;
};

}  // namespace

Result<Marker> read_marker(Cursor& cursor) {
  ENVTOOL_TRY(auto root, Reader(cursor).group(0));
  return Marker(std::move(root));
}

Result<Marker> Marker::parse(std::string_view text) {
  Cursor cursor{text};
  ENVTOOL_TRY(auto out, read_marker(cursor));
  if (!cursor.done()) {
    auto error = error_at(cursor.at, "unexpected " + quoted(cursor.rest()) + " behind the marker");
    error.hints.emplace_back("join conditions with 'and' and 'or'");
    return Failure(std::move(error));
  }
  return out;
}

}  // namespace envtool::pep
