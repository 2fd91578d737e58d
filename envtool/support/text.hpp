#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace envtool {

/// Split at every `separator`; empty pieces are kept.
std::vector<std::string_view> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);
std::string to_lower(std::string_view text);
std::string join(std::span<const std::string> pieces, std::string_view separator);
/// "a, b and c": lists in sentences.
std::string enumerate(std::span<const std::string> pieces, std::string_view last = "and");
/// Levenshtein distance over bytes.
std::size_t edit_distance(std::string_view a, std::string_view b);
/// The candidate nearest to `word`, if it is near enough to be what was meant (distance ≤ 1 + length/3).
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace envtool
