#include <array>

#include "envtool/ui/ui.hpp"

namespace envtool::ui {
namespace {

struct Character {
  char32_t code = 0;
  std::size_t bytes = 1;
};

/// The character at `at`; a byte that is no UTF-8 stands for itself.
Character decode(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
  if (bytes == 1 || at + bytes > text.size()) return {first, 1};
  char32_t code = first & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[at + i]);
    if ((next & 0xC0U) != 0x80U) return {first, 1};
    code = (code << 6) | (next & 0x3FU);
  }
  return {code, bytes};
}

/// Columns of one character: East Asian wide and emoji 2, combining marks 0 (the ranges that occur in names).
std::size_t columns(char32_t code) {
  struct Range {
    char32_t first, last;
  };
  static constexpr std::array<Range, 4> kNone{
      {{0x300, 0x36F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}}};
  static constexpr std::array<Range, 9> kWide{{{0x1100, 0x115F},
                                               {0x2E80, 0xA4CF},
                                               {0xAC00, 0xD7A3},
                                               {0xF900, 0xFAFF},
                                               {0xFE30, 0xFE6F},
                                               {0xFF00, 0xFF60},
                                               {0xFFE0, 0xFFE6},
                                               {0x1F300, 0x1FAFF},
                                               {0x20000, 0x3FFFD}}};
  for (const auto& range : kNone)
    if (code >= range.first && code <= range.last) return 0;
  for (const auto& range : kWide)
    if (code >= range.first && code <= range.last) return 2;
  return 1;
}

/// Past an escape sequence (CSI) that begins at `at`, or `at` itself.
std::size_t after_escape(std::string_view text, std::size_t at) {
  if (text[at] != '\x1b' || at + 1 >= text.size() || text[at + 1] != '[') return at;
  for (at += 2; at < text.size(); ++at)
    if (text[at] >= 0x40 && text[at] <= 0x7E) return at + 1;
  return text.size();
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (const auto next = after_escape(text, at); next != at) {
      at = next;
      continue;
    }
    const auto character = decode(text, at);
    width += columns(character.code);
    at += character.bytes;
  }
  return width;
}

std::string fit(std::string_view text, std::size_t limit, bool unicode) {
  std::string clean(text);
  for (auto& c : clean) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  if (display_width(clean) <= limit) return clean;
  const std::string_view mark = unicode ? "\u2026" : "...";
  const std::size_t mark_width = unicode ? 1 : 3;
  if (limit < mark_width) return clean.substr(0, 0);
  std::string out;
  std::size_t width = 0;
  for (std::size_t at = 0; at < clean.size();) {
    const auto character = decode(clean, at);
    width += columns(character.code);
    if (width > limit - mark_width) break;
    out.append(clean, at, character.bytes);
    at += character.bytes;
  }
  return out.append(mark);
}

}  // namespace envtool::ui
