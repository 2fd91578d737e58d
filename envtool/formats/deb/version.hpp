#pragma once
#include <compare>
#include <string_view>

#include "envtool/support/result.hpp"

namespace envtool::deb {

/// The order of two Debian versions. Any text is ordered; what is not a valid version is compared by the same
/// rule. Source: Debian policy §5.6.12 (`[epoch:]upstream[-revision]`, `~` before everything, even the end).
std::weak_ordering compare_versions(std::string_view a, std::string_view b);

/// Errors: bad_input — empty, an epoch that is no number, a character that is not allowed.
Result<void> check_version(std::string_view version);

/// The part before the last hyphen, without the epoch: "3.11.2" of "3.11.2-6+deb12u6".
std::string_view upstream_version(std::string_view version);

}  // namespace envtool::deb
