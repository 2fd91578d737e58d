#pragma once
// Instants as people and files write them (RFC 3339).
#include <chrono>
#include <string>
#include <string_view>

#include "envtool/support/result.hpp"

namespace envtool::project {

/// "2026-09-01" (its first second, UTC), "2026-09-01T12:30:00Z", or with an offset "+02:00". Fractions of a
/// second are dropped. Errors: bad_input.
Result<std::chrono::sys_seconds> parse_time(std::string_view text);
/// "2026-09-01T00:00:00Z".
std::string render_time(std::chrono::sys_seconds time);

}  // namespace envtool::project
