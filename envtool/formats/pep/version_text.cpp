// The grammar of PEP 440, appendix B, read in one pass without backtracking.
#include <algorithm>
#include <array>
#include <utility>

#include "envtool/formats/pep/version.hpp"

namespace envtool::pep {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr bool is_separator(char c) { return c == '.' || c == '_' || c == '-'; }
constexpr bool is_alphanumeric(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z'); }

constexpr std::array<std::pair<std::string_view, PreKind>, 8> kPreNames = {{
    {"alpha", PreKind::a},
    {"a", PreKind::a},
    {"beta", PreKind::b},
    {"b", PreKind::b},
    {"preview", PreKind::rc},
    {"pre", PreKind::rc},
    {"c", PreKind::rc},
    {"rc", PreKind::rc},
}};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  VersionPrefix read() {
    VersionParts parts;
    take_letter('v');
    auto number = digits();
    if (number.empty()) return {};
    if (take('!')) {
      parts.epoch = strip_zeros(number);
      number = digits();
      if (number.empty()) return {};
    }
    const auto start = at_ - number.size();
    while (peek() == '.' && is_digit(peek(1))) {
      ++at_;
      digits();
    }
    parts.release = text_.substr(start, at_ - start);
    if (at_ < text_.size()) read_suffix(parts);
    return {parts, at_};
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool take(char c) {
    const bool found = peek() == c && at_ < text_.size();
    at_ += found ? 1 : 0;
    return found;
  }
  void take_letter(char c) { at_ += lower(peek()) == c ? 1 : 0; }
  std::string_view digits() {
    const auto start = at_;
    while (is_digit(peek())) ++at_;
    return text_.substr(start, at_ - start);
  }
  bool take_word(std::string_view word) {
    for (std::size_t i = 0; i < word.size(); ++i)
      if (lower(peek(i)) != word[i]) return false;
    at_ += word.size();
    return true;
  }
  /// Behind the word of a segment: an optional separator and number, which is 0 by default.
  std::string_view implicit_number() {
    if (is_separator(peek())) ++at_;
    const auto number = digits();
    return number.empty() ? "0" : strip_zeros(number);
  }

  void read_suffix(VersionParts& parts) {
    read_pre(parts);
    read_post(parts);
    const auto before = at_;
    if (is_separator(peek())) ++at_;
    if (take_word("dev")) parts.dev = implicit_number();
    else at_ = before;
    if (peek() == '+' && is_alphanumeric(peek(1))) read_local(parts);
  }
  void read_pre(VersionParts& parts) {
    const auto before = at_;
    if (is_separator(peek())) ++at_;
    for (const auto& [word, kind] : kPreNames)
      if (take_word(word)) {
        parts.pre = kind;
        parts.pre_number = implicit_number();
        return;
      }
    at_ = before;
  }
  void read_post(VersionParts& parts) {
    const auto before = at_;
    if (peek() == '-' && is_digit(peek(1))) {
      ++at_;
      parts.post = strip_zeros(digits());
      return;
    }
    if (is_separator(peek())) ++at_;
    if (take_word("post") || take_word("rev") || take_word("r")) parts.post = implicit_number();
    else at_ = before;
  }
  void read_local(VersionParts& parts) {
    const auto start = ++at_;
    while (is_alphanumeric(peek()) || (is_separator(peek()) && is_alphanumeric(peek(1)))) ++at_;
    parts.local = text_.substr(start, at_ - start);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string_view strip_zeros(std::string_view digits) {
  while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
  return digits;
}

std::strong_ordering compare_numbers(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

std::string next_after(std::string_view digits) {
  std::string out(digits);
  for (auto at = out.size(); at-- > 0;) {
    if (out[at] != '9') {
      ++out[at];
      return out;
    }
    out[at] = '0';
  }
  return "1" + out;
}

std::string_view next_number(std::string_view& dotted) {
  if (dotted.empty()) return "0";
  const auto dot = std::min(dotted.find('.'), dotted.size());
  const auto number = dotted.substr(0, dot);
  dotted.remove_prefix(std::min(dot + 1, dotted.size()));
  return strip_zeros(number);
}

VersionPrefix split_version_prefix(std::string_view text) { return Reader(text).read(); }

std::optional<VersionParts> split_version(std::string_view text) {
  auto prefix = split_version_prefix(text);
  if (prefix.length == 0 || prefix.length != text.size()) return std::nullopt;
  return prefix.parts;
}

}  // namespace envtool::pep
