#include "envtool/formats/deb/version.hpp"

#include <algorithm>
#include <string>

namespace envtool::deb {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

struct Parts {
  std::string_view epoch, upstream, revision;
};

Parts split_version(std::string_view version) {
  Parts parts;
  if (auto colon = version.find(':'); colon != std::string_view::npos) {
    parts.epoch = version.substr(0, colon);
    version.remove_prefix(colon + 1);
  }
  if (auto hyphen = version.rfind('-'); hyphen != std::string_view::npos) {
    parts.revision = version.substr(hyphen + 1);
    version = version.substr(0, hyphen);
  }
  parts.upstream = version;
  return parts;
}

/// `~` sorts before the end, the end (and a digit) before letters, letters before everything else.
int weight(std::string_view text, std::size_t at) {
  if (at >= text.size() || is_digit(text[at])) return 0;
  if (text[at] == '~') return -1;
  const int code = static_cast<unsigned char>(text[at]);
  return is_letter(text[at]) ? code : code + 256;
}

std::string_view take_number(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && is_digit(text[end])) ++end;
  auto number = text.substr(0, end);
  text.remove_prefix(end);
  const auto significant = number.find_first_not_of('0');
  return significant == std::string_view::npos ? std::string_view{} : number.substr(significant);
}

/// Numbers of any length, without leading zeros.
std::weak_ordering compare_numbers(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

std::weak_ordering compare_part(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    std::size_t at = 0;
    while ((at < a.size() && !is_digit(a[at])) || (at < b.size() && !is_digit(b[at]))) {
      if (auto order = weight(a, at) <=> weight(b, at); order != 0) return order;
      ++at;
    }
    a.remove_prefix(std::min(at, a.size()));
    b.remove_prefix(std::min(at, b.size()));
    const auto number_a = take_number(a);
    const auto number_b = take_number(b);
    if (auto order = compare_numbers(number_a, number_b); order != 0) return order;
  }
  return std::weak_ordering::equivalent;
}

}  // namespace

std::weak_ordering compare_versions(std::string_view a, std::string_view b) {
  if (a == b) return std::weak_ordering::equivalent;
  const auto left = split_version(a);
  const auto right = split_version(b);
  if (auto order = compare_part(left.epoch, right.epoch); order != 0) return order;
  if (auto order = compare_part(left.upstream, right.upstream); order != 0) return order;
  return compare_part(left.revision, right.revision);
}

Result<void> check_version(std::string_view version) {
  const auto bad = [&](std::string why) {
    return fail(Code::bad_input, "'" + std::string(version) + "' is no Debian version: " + std::move(why));
  };
  if (version.empty()) return bad("it is empty");
  const auto parts = split_version(version);
  const bool has_epoch = version.find(':') != std::string_view::npos;
  if (has_epoch && (parts.epoch.empty() || !std::all_of(parts.epoch.begin(), parts.epoch.end(), is_digit))) {
    return bad("the epoch is not a number");
  }
  if (parts.upstream.empty()) return bad("nothing stands before the revision");
  for (char c : version) {
    if (!is_digit(c) && !is_letter(c) && std::string_view(".+-:~").find(c) == std::string_view::npos) {
      return bad("a character in it is not allowed");
    }
  }
  return {};
}

std::string_view upstream_version(std::string_view version) { return split_version(version).upstream; }

}  // namespace envtool::deb
