#include "envtool/formats/pep/file_name.hpp"

#include <algorithm>
#include <array>

#include "envtool/formats/pep/name.hpp"
#include "envtool/formats/pep/tags.hpp"
#include "envtool/support/url.hpp"

namespace envtool::pep {
namespace {

constexpr std::string_view kWheel = ".whl";

bool is_escaped_name(std::string_view name) {
  return !name.empty() && name.find("__") == std::string_view::npos &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                  c == '.' || (c & 0x80) != 0;
         });
}

std::optional<BuildTag> parse_build(std::string_view text) {
  const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
  if (end == 0) return std::nullopt;
  return BuildTag{std::string(strip_zeros(text.substr(0, end))), std::string(text.substr(end))};
}

Failure not_a_wheel(std::string_view file_name, const std::string& why) {
  return fail(Code::bad_input,
              "'" + std::string(file_name.substr(0, 200)) + "' is not a wheel's name: " + why,
              "wheels are named name-version-python-abi-platform.whl");
}

struct Extension {
  std::string_view text;
  SdistName::Kind kind;
};
constexpr std::array<Extension, 2> kExtensions = {
    {{".tar.gz", SdistName::Kind::tar_gz}, {".zip", SdistName::Kind::zip}}};

Failure not_an_sdist(std::string_view file_name, const std::string& why) {
  return fail(Code::bad_input,
              "'" + std::string(file_name.substr(0, 200)) + "' is not a source distribution's name: " + why,
              "source distributions are named name-version.tar.gz");
}

}  // namespace

std::optional<WheelFields> split_wheel_name(std::string_view file_name) {
  if (!file_name.ends_with(kWheel)) return std::nullopt;
  auto rest = file_name.substr(0, file_name.size() - kWheel.size());
  std::array<std::string_view, 6> fields;
  std::size_t count = 0;
  for (;;) {
    if (count == fields.size()) return std::nullopt;
    const auto dash = rest.find('-');
    fields[count++] = rest.substr(0, dash);
    if (dash == std::string_view::npos) break;
    rest.remove_prefix(dash + 1);
  }
  if (count == 5) return WheelFields{fields[0], fields[1], {}, fields[2], fields[3], fields[4]};
  if (count == 6) return WheelFields{fields[0], fields[1], fields[2], fields[3], fields[4], fields[5]};
  return std::nullopt;
}

std::strong_ordering BuildTag::operator<=>(const BuildTag& other) const {
  if (const auto order = compare_numbers(digits, other.digits); order != 0) return order;
  return rest.compare(other.rest) <=> 0;
}

Result<WheelName> WheelName::parse(std::string_view file_name) {
  const auto decoded = percent_decode(file_name);
  const auto fields = split_wheel_name(decoded);
  if (!fields) return not_a_wheel(file_name, "it does not have five or six fields and the ending .whl");
  if (!is_escaped_name(fields->name)) return not_a_wheel(file_name, "the package name is malformed");
  auto version = Version::try_parse(fields->version);
  if (!version) return not_a_wheel(file_name, "'" + std::string(fields->version) + "' is not a version");
  WheelName out;
  if (std::count(decoded.begin(), decoded.end(), '-') == 5) {
    out.build = parse_build(fields->build);
    if (!out.build)
      return not_a_wheel(file_name,
                         "the build tag '" + std::string(fields->build) + "' does not begin with a digit");
  }
  const auto tags = parse_tag(std::string(fields->pythons) + "-" + std::string(fields->abis) + "-" +
                              std::string(fields->platforms));
  if (!tags) return not_a_wheel(file_name, tags.error().what);
  out.name = normalize_name(fields->name);
  out.escaped_name = std::string(fields->name);
  out.version = *std::move(version);
  out.pythons = std::string(fields->pythons);
  out.abis = std::string(fields->abis);
  out.platforms = std::string(fields->platforms);
  return out;
}

Result<SdistName> SdistName::parse(std::string_view file_name) {
  const auto decoded = percent_decode(file_name);
  for (const auto& [ending, kind] : kExtensions) {
    if (!decoded.ends_with(ending)) continue;
    const auto stem = std::string_view(decoded).substr(0, decoded.size() - ending.size());
    const auto dash = stem.rfind('-');
    if (dash == std::string_view::npos || dash == 0)
      return not_an_sdist(file_name, "there is no name before a '-'");
    auto version = Version::try_parse(stem.substr(dash + 1));
    if (!version)
      return not_an_sdist(file_name, "'" + std::string(stem.substr(dash + 1)) + "' is not a version");
    return SdistName{normalize_name(stem.substr(0, dash)), *std::move(version), kind};
  }
  return not_an_sdist(file_name, "it ends neither in .tar.gz nor in .zip");
}

Result<SdistName> SdistName::parse(std::string_view file_name, std::string_view known_name) {
  const auto wanted = normalize_name(known_name);
  const auto decoded = percent_decode(file_name);
  for (const auto& [ending, kind] : kExtensions) {
    if (!decoded.ends_with(ending)) continue;
    const auto stem = std::string_view(decoded).substr(0, decoded.size() - ending.size());
    for (auto dash = stem.find('-'); dash != std::string_view::npos; dash = stem.find('-', dash + 1)) {
      if (normalize_name(stem.substr(0, dash)) != wanted) continue;
      if (auto version = Version::try_parse(stem.substr(dash + 1)))
        return SdistName{wanted, *std::move(version), kind};
    }
  }
  return parse(file_name);
}

}  // namespace envtool::pep
