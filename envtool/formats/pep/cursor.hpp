#pragma once
// A position in a text that a person wrote; private to this module.
#include <string>
#include <string_view>

#include "envtool/support/result.hpp"

namespace envtool::pep {

struct Cursor {
  std::string_view text;
  std::size_t at = 0;

  [[nodiscard]] bool done() const { return at >= text.size(); }
  [[nodiscard]] char peek() const { return done() ? '\0' : text[at]; }
  [[nodiscard]] std::string_view rest() const { return text.substr(std::min(at, text.size())); }
  [[nodiscard]] bool starts(std::string_view word) const { return rest().starts_with(word); }
  bool take(char c) {
    if (done() || text[at] != c) return false;
    ++at;
    return true;
  }
  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t') ++at;
  }
};

/// bad_input with the column of `at`; the sentence quotes at most the first 100 bytes of a text.
inline Error error_at(std::size_t at, std::string what) {
  return Error{.code = Code::bad_input,
               .what = std::move(what),
               .place = Place{"", 0, static_cast<std::uint32_t>(at + 1)},
               .chain = {},
               .hints = {}};
}
inline std::string quoted(std::string_view text) {
  constexpr std::size_t kMost = 100;
  return "'" + std::string(text.substr(0, kMost)) + (text.size() > kMost ? "…'" : "'");
}

}  // namespace envtool::pep
