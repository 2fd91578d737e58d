#include "envtool/resolve/python/scm_version.hpp"

#include <fmt/format.h>

#include "envtool/formats/pep/version.hpp"

namespace envtool::resolve::python {
namespace {

/// "v1.2" and "mylib-1.2" → 1.2.
std::optional<pep::Version> version_of_tag(std::string_view tag) {
  for (auto digit = tag.find_first_of("0123456789"); digit != std::string_view::npos;
       digit = tag.find_first_of("0123456789", digit + 1))
    if (auto version = pep::Version::try_parse(tag.substr(digit))) return *version;
  return std::nullopt;
}

/// The version that comes after, as far as one can know: 1.2 → 1.3.
std::string next(const pep::Version& version) {
  auto numbers = version.release();
  if (!version.is_prerelease() && !version.is_postrelease()) ++numbers.back();
  std::string text;
  for (const auto number : numbers) text += (text.empty() ? "" : ".") + std::to_string(number);
  return text;
}

}  // namespace

std::string scm_version(const std::optional<std::string>& description, std::string_view commit) {
  const std::string hash = "g" + std::string(commit.substr(0, 9));
  const auto last = description ? description->rfind('-') : std::string::npos;
  const auto before =
      last == std::string::npos || last == 0 ? std::string::npos : description->rfind('-', last - 1);
  if (before == std::string::npos) return "0.1.dev0+" + hash;
  const auto version = version_of_tag(std::string_view(*description).substr(0, before));
  const std::string distance = description->substr(before + 1, last - before - 1);
  if (!version) return fmt::format("0.1.dev{}+{}", distance, hash);
  if (distance == "0") return version->str();
  return fmt::format("{}.dev{}+{}", next(*version), distance, hash);
}

}  // namespace envtool::resolve::python
