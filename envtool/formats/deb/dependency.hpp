#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "envtool/support/result.hpp"

namespace envtool::deb {

enum class Relation { any, less, less_equal, equal, greater_equal, greater };

/// "python3:any (>= 3.9~)". Views into the text that was parsed.
struct Dependency {
  std::string_view name;
  std::string_view architecture;  ///< after the colon: "any", "native", an architecture, or empty
  Relation relation = Relation::any;
  std::string_view version;
  bool operator==(const Dependency&) const = default;
};
using Alternatives = std::vector<Dependency>;

/// A relationship field (Depends, Pre-Depends, Conflicts, Breaks, Provides): groups joined by commas, each of
/// alternatives joined by bars. An empty text is an empty list; an empty group is skipped as dpkg does.
/// Errors: bad_input, with the group that is malformed.
/// Source: Debian policy §7.1; `[amd64]` and `<!nocheck>` belong to source packages and are refused.
Result<std::vector<Alternatives>> parse_dependencies(std::string_view field);

/// Whether `version` satisfies `relation required`.
bool satisfies(std::string_view version, Relation relation, std::string_view required);

/// ">=" and so on; empty for any.
std::string_view symbol(Relation relation);

}  // namespace envtool::deb
