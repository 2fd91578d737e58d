#include "envtool/formats/deb/control.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include "envtool/support/text.hpp"

namespace envtool::deb {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

Failure malformed(std::uint32_t line, std::string why) {
  return fail(Error{.code = Code::bad_input,
                    .what = std::move(why),
                    .place = Place{"", line, 0},
                    .chain = {},
                    .hints = {}});
}

}  // namespace

std::string_view Paragraph::get(std::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (std::equal(key.begin(), key.end(), name.begin(), name.end(),
                   [](char a, char b) { return lower(a) == lower(b); })) {
      return value;
    }
  }
  return {};
}

Result<std::vector<Paragraph>> parse_control(std::string_view text) {
  std::vector<Paragraph> paragraphs;
  bool open = false;
  std::uint32_t number = 0;
  while (!text.empty()) {
    ++number;
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.find('\0') != std::string_view::npos) return malformed(number, "a control file has a NUL byte");
    if (trim(line).empty()) {
      open = false;
      continue;
    }
    if (line.front() == '#') continue;
    if (line.front() == ' ' || line.front() == '\t') {
      if (!open) return malformed(number, "a continuation line stands before any field");
      auto& value = paragraphs.back().fields.back().second;
      value = {value.data(), static_cast<std::size_t>(line.data() + line.size() - value.data())};
      continue;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0)
      return malformed(number, "a control line has no field name");
    if (!open) paragraphs.emplace_back();
    open = true;
    auto value = line.substr(colon + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
    paragraphs.back().fields.emplace_back(line.substr(0, colon), value);
  }
  return paragraphs;
}

}  // namespace envtool::deb
