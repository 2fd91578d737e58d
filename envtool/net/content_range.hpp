#pragma once
// Private: the Content-Range field (RFC 9110 §14.4).
#include <cstdint>
#include <optional>
#include <string_view>

namespace envtool::net {

struct ContentRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;              ///< inclusive, ≥ first
  std::optional<std::uint64_t> whole;  ///< size of the whole file; absent for "*"
  bool operator==(const ContentRange&) const = default;
};

/// "bytes 0-499/1234" or "bytes 0-499/*". nullopt for anything else, "bytes */1234" included.
std::optional<ContentRange> parse_content_range(std::string_view text);

}  // namespace envtool::net
