#include "envtool/formats/pep/name.hpp"

#include <algorithm>

namespace envtool::pep {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_separator(char c) { return c == '-' || c == '_' || c == '.'; }

}  // namespace

std::string normalize_name(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  bool in_run = false;
  for (const char c : name) {
    if (is_separator(c)) {
      if (!in_run) out += '-';
      in_run = true;
      continue;
    }
    in_run = false;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return out;
}

bool is_valid_name(std::string_view name) {
  if (name.empty() || !is_letter_or_digit(name.front()) || !is_letter_or_digit(name.back())) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return is_letter_or_digit(c) || is_separator(c); });
}

bool is_normalized_name(std::string_view name) { return is_valid_name(name) && normalize_name(name) == name; }

}  // namespace envtool::pep
