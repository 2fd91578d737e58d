#pragma once
#include <string_view>
#include <utility>
#include <vector>

#include "envtool/support/result.hpp"

namespace envtool::deb {

/// One paragraph of a control file, in place: names and values are views into the text. A value of several
/// lines keeps its newlines and the leading blanks of the continuation lines.
struct Paragraph {
  std::vector<std::pair<std::string_view, std::string_view>> fields;
  /// Case-insensitive; empty when absent.
  [[nodiscard]] std::string_view get(std::string_view name) const;
};

/// Every paragraph of a control file. Lines starting with '#' are comments.
/// Errors: bad_input with the line — no colon, a continuation before any field, a NUL byte.
/// Source: deb822(5); Debian policy §5.1.
Result<std::vector<Paragraph>> parse_control(std::string_view text);

}  // namespace envtool::deb
