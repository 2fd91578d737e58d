#include "envtool/net/content_range.hpp"

#include <charconv>

#include "envtool/support/text.hpp"

namespace envtool::net {
namespace {
std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}
}  // namespace

std::optional<ContentRange> parse_content_range(std::string_view text) {
  text = trim(text);
  if (to_lower(text.substr(0, 6)) != "bytes ") return std::nullopt;
  text = trim(text.substr(6));
  const auto slash = text.find('/');
  const auto dash = text.find('-');
  if (slash == std::string_view::npos || dash == std::string_view::npos || dash > slash) return std::nullopt;
  const auto first = number(text.substr(0, dash));
  const auto last = number(text.substr(dash + 1, slash - dash - 1));
  if (!first || !last || *last < *first) return std::nullopt;
  ContentRange range{.first = *first, .last = *last, .whole = {}};
  const auto whole = text.substr(slash + 1);
  if (whole != "*") {
    range.whole = number(whole);
    if (!range.whole || *range.whole <= range.last) return std::nullopt;
  }
  return range;
}

}  // namespace envtool::net
