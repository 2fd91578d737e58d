#pragma once
// PEP 508 environment markers, with PEP 685 and PEP 751's `extras` and `dependency_groups`.
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "envtool/support/platform.hpp"
#include "envtool/support/result.hpp"

namespace envtool::pep {

/// What markers are compared with: the image, never the host.
struct MarkerEnvironment {
  std::string implementation_name = "cpython";
  std::string implementation_version;
  std::string os_name = "posix";
  std::string platform_machine;
  std::string platform_python_implementation = "CPython";
  std::string platform_release;  ///< the kernel's: not the image's to say, so empty
  std::string platform_system = "Linux";
  std::string platform_version;
  std::string python_full_version;
  std::string python_version;
  std::string sys_platform = "linux";

  /// CPython on Linux. In: "3.11.2" (pre-releases as "3.14.0rc1").
  static MarkerEnvironment cpython(std::string_view full_version, const Platform& platform);
  bool operator==(const MarkerEnvironment&) const = default;
};

/// What was asked for beside the environment; names in any spelling.
struct MarkerSelection {
  std::set<std::string> extras;             ///< for `extra == "x"` and `"x" in extras`
  std::set<std::string> dependency_groups;  ///< for `"x" in dependency_groups`
};

struct MarkerGroup;

/// A parsed marker: an immutable value, cheap to copy.
class Marker {
 public:
  /// In: `python_version >= "3.8" and extra == "test"`. Errors: bad_input with the column in `text`, and the
  /// nearest variable for a misspelt one.
  static Result<Marker> parse(std::string_view text);
  /// Errors: bad_input when the comparison has no meaning (`os_name ~= "posix"`); nothing is guessed.
  [[nodiscard]] Result<bool> evaluate(const MarkerEnvironment& environment,
                                      const MarkerSelection& selection = {}) const;
  /// `evaluate`, with false for a comparison that has no meaning.
  [[nodiscard]] bool holds(const MarkerEnvironment& environment, const MarkerSelection& selection = {}) const;
  /// Whether the answer can depend on `extra` or `extras`.
  [[nodiscard]] bool mentions_extra() const;
  /// Normalised spelling: double quotes, single spaces, extras normalised, doubled parentheses left out.
  [[nodiscard]] std::string str() const;
  /// Same normalised spelling.
  bool operator==(const Marker& other) const { return str() == other.str(); }

 private:
  friend Result<Marker> read_marker(struct Cursor& cursor);
  explicit Marker(std::shared_ptr<const MarkerGroup> root) : root_(std::move(root)) {}
  std::shared_ptr<const MarkerGroup> root_;
};

}  // namespace envtool::pep
