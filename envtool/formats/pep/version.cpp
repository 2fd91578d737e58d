#include "envtool/formats/pep/version.hpp"

#include <charconv>
#include <limits>

#include "envtool/support/text.hpp"

namespace envtool::pep {
namespace {

constexpr std::size_t kLongestShown = 80;

std::string render_release(std::string_view dotted) {
  std::string out;
  while (!dotted.empty()) {
    if (!out.empty()) out += '.';
    out += next_number(dotted);
  }
  return out;
}

std::string render_local(std::string_view local) {
  std::string out;
  while (!local.empty()) {
    const auto end = std::min(local.find_first_of("._-"), local.size());
    const auto piece = local.substr(0, end);
    const bool number = piece.find_first_not_of("0123456789") == std::string_view::npos;
    if (!out.empty()) out += '.';
    out += number ? std::string(strip_zeros(piece)) : to_lower(piece);
    local.remove_prefix(std::min(end + 1, local.size()));
  }
  return out;
}

std::string render_base(const VersionParts& parts) {
  std::string out;
  if (parts.epoch != "0") out.append(parts.epoch).append("!");
  return out + render_release(parts.release);
}

std::string render_public(const VersionParts& parts) {
  static constexpr std::string_view kNames[] = {"a", "b", "rc"};
  std::string out = render_base(parts);
  if (parts.pre) out.append(kNames[static_cast<int>(*parts.pre)]).append(parts.pre_number);
  if (parts.post) out.append(".post").append(*parts.post);
  if (parts.dev) out.append(".dev").append(*parts.dev);
  return out;
}

}  // namespace

Version::Version(std::string_view text, const VersionParts& parts, Point point) : text_(text), point_(point) {
  pack(parts);
}

std::optional<Version> Version::try_parse(std::string_view text) {
  text = trim(text);
  const auto parts = split_version(text);
  if (!parts) return std::nullopt;
  return Version(text, *parts, Point::none);
}

Result<Version> Version::parse(std::string_view text) {
  if (auto version = try_parse(text)) return *std::move(version);
  return fail(Code::bad_input, "'" + std::string(text.substr(0, kLongestShown)) + "' is not a version",
              "versions look like 1.4, 1.4.2 or 2.0rc1 (PEP 440)");
}

VersionParts Version::parts() const { return *split_version(text_); }

std::string Version::str() const {
  const auto pieces = parts();
  auto out = render_public(pieces);
  if (!pieces.local.empty()) out += "+" + render_local(pieces.local);
  return out;
}

std::string Version::base() const { return render_base(parts()); }

std::vector<std::uint64_t> Version::release() const {
  std::vector<std::uint64_t> out;
  auto dotted = parts().release;
  while (!dotted.empty()) {
    const auto number = next_number(dotted);
    std::uint64_t value = std::numeric_limits<std::uint64_t>::max();
    std::from_chars(number.data(), number.data() + number.size(), value);
    out.push_back(value);
  }
  return out;
}

Version Version::without_local() const { return has_local() ? of(render_public(parts())) : *this; }

Version Version::after_locals() const {
  const auto plain = without_local();
  return {plain.text_, plain.parts(), Point::after_locals};
}

Version Version::after_posts() const {
  auto pieces = parts();
  pieces.post.reset();
  pieces.dev.reset();
  const auto text = render_public(pieces);
  return {text, *split_version(text), Point::after_posts};
}

bool Version::is_directly_below(const Version& version) const {
  if (!is_point() || high_ != version.high_) return false;  // then there is room, or it is no point
  auto pieces = parts();
  std::string number;  // outlives the view into it
  if (is_after_posts()) {
    if (!pieces.pre) return false;  // 1.0.post9 … 1.0.0.1: no least version
    number = next_after(pieces.pre_number);
    pieces.pre_number = number;
    pieces.dev = "0";
  } else if (pieces.dev) {
    number = next_after(*pieces.dev);
    pieces.dev = number;
  } else {
    number = pieces.post ? next_after(*pieces.post) : "0";
    pieces.post = number;
    pieces.dev = "0";
  }
  return of(render_public(pieces)) == version;
}

Version Version::without_point() const { return is_point() ? of(text_) : *this; }

}  // namespace envtool::pep
