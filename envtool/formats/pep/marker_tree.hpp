#pragma once
// What a parsed marker is made of; private to this module.
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "envtool/formats/pep/cursor.hpp"
#include "envtool/formats/pep/marker.hpp"

namespace envtool::pep {

enum class Variable : std::uint8_t {
  implementation_name,
  implementation_version,
  os_name,
  platform_machine,
  platform_python_implementation,
  platform_release,
  platform_system,
  platform_version,
  python_full_version,
  python_version,
  sys_platform,
  extra,
  extras,
  dependency_groups,
};
/// In the order of the enumeration.
inline constexpr std::array<std::string_view, 14> kVariableNames = {"implementation_name",
                                                                    "implementation_version",
                                                                    "os_name",
                                                                    "platform_machine",
                                                                    "platform_python_implementation",
                                                                    "platform_release",
                                                                    "platform_system",
                                                                    "platform_version",
                                                                    "python_full_version",
                                                                    "python_version",
                                                                    "sys_platform",
                                                                    "extra",
                                                                    "extras",
                                                                    "dependency_groups"};

/// A variable, or the text of a quoted string.
using MarkerOperand = std::variant<Variable, std::string>;

struct MarkerComparison {
  MarkerOperand left;
  std::string op;  ///< "==", "not in", …
  MarkerOperand right;
};

/// Terms joined by `and` and `or`, as written: `and` binds tighter.
struct MarkerGroup {
  using Term = std::variant<MarkerComparison, std::shared_ptr<const MarkerGroup>>;
  std::vector<Term> terms;
  std::vector<bool> or_before;  ///< one fewer than terms
};

/// Takes a whole marker expression, up to where it ends. Errors: bad_input.
Result<Marker> read_marker(Cursor& cursor);

}  // namespace envtool::pep
