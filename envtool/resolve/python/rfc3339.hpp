#pragma once
#include <cstdint>
#include <string_view>

namespace envtool::resolve::python {

/// "2024-03-24T00:00:00.123456Z" in seconds since 1970; 0 when it is no such time (PEP 700).
std::int64_t parse_upload_time(std::string_view text);

}  // namespace envtool::resolve::python
