// Markers: text to tree.
#include <algorithm>
#include <charconv>

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

void append_utf8(std::string& out, std::uint32_t c) {
  const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    tail(0);
  } else {
    out += static_cast<char>(0xE0 | (c >> 12));
    tail(6), tail(0);
  }
}

/// One escape, `at` on the letter behind the backslash. Those that name a character (\\N) or lie beyond 16
/// bits are refused; letters that mean nothing stay as written.
bool append_escape(std::string& out, std::string_view raw, std::size_t& at) {
  static constexpr std::string_view kFrom = "\\'\"ntrabfv", kTo = "\\'\"\n\t\r\a\b\f\v";
  const char c = raw[at];
  if (const auto known = kFrom.find(c); known != std::string_view::npos) {
    out += kTo[known];
  } else if (c == 'x' || c == 'u') {
    const auto digits = raw.substr(at + 1, c == 'x' ? 2 : 4);
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (error != std::errc{} || end != raw.data() + at + (c == 'x' ? 3 : 5)) return false;
    append_utf8(out, value);
    at += c == 'x' ? 2 : 4;
  } else if (c >= '0' && c <= '7') {
    std::uint32_t value = 0;
    const auto start = at;
    for (; at < raw.size() && at < start + 3 && raw[at] >= '0' && raw[at] <= '7'; ++at)
      value = value * 8 + static_cast<std::uint32_t>(raw[at] - '0');
    --at;
    append_utf8(out, value);
  } else if (c == 'N' || c == 'U') {
    return false;
  } else {
    out.append("\\").append(1, c);
  }
  return true;
}

/// What a quoted text means; nullopt for one that Python would refuse.
std::optional<std::string> unescape(std::string_view raw) {
  std::string out;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\n' || raw[i] == '\0') return std::nullopt;
    if (raw[i] != '\\') out += raw[i];
    else if (++i == raw.size() || !append_escape(out, raw, i)) return std::nullopt;
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
    ENVTOOL_CHECK(check_texts(open, left, right));
    normalize(left, right);
    return MarkerGroup::Term(MarkerComparison{std::move(left), std::move(op), std::move(right)});
  }

  /// The grammar lets two texts be compared; a variable in quotes is a slip that would never hold.
  static Result<void> check_texts(std::size_t at, const MarkerOperand& left, const MarkerOperand& right) {
    if (!std::holds_alternative<std::string>(left) || !std::holds_alternative<std::string>(right)) return {};
    for (const auto* side : {&left, &right})
      if (const auto& text = std::get<std::string>(*side); find_variable(text))
        return fail(error_at(at, "the marker compares two texts, because " + text + " is in quotes")
                        .hint("write " + text + " without quotes"));
    return {};
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
