#include "envtool/resolve/base_image/suites.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "envtool/resolve/base_image/base_image.hpp"
#include "envtool/support/text.hpp"

namespace envtool::resolve::base_image {
namespace {

using Distribution = project::BaseFromArchive::Distribution;

constexpr std::array<Suite, 6> kSuites = {{{Distribution::debian, "bullseye", "3.9"},
                                           {Distribution::ubuntu, "jammy", "3.10"},
                                           {Distribution::debian, "bookworm", "3.11"},
                                           {Distribution::ubuntu, "noble", "3.12"},
                                           {Distribution::debian, "trixie", "3.13"},
                                           {Distribution::ubuntu, "resolute", "3.14"}}};
constexpr std::string_view kDefaultSuite = "bookworm";

bool is_number(std::string_view text) {
  return !text.empty() && text.size() < 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

project::BaseFromArchive archive(const Suite& suite) { return {suite.distribution, std::string(suite.name)}; }

}  // namespace

const Suite* suite_named(std::string_view name) {
  const auto found =
      std::find_if(kSuites.begin(), kSuites.end(), [&](const Suite& suite) { return suite.name == name; });
  return found == kSuites.end() ? nullptr : &*found;
}

const Suite* suite_with_python(std::string_view minor) {
  const auto found =
      std::find_if(kSuites.begin(), kSuites.end(), [&](const Suite& suite) { return suite.python == minor; });
  return found == kSuites.end() ? nullptr : &*found;
}

std::string known_pythons() {
  std::vector<std::string> texts;
  for (const auto& suite : kSuites) {
    texts.push_back(std::string(suite.python) + " (" + std::string(distribution_name(suite.distribution)) +
                    " " + std::string(suite.name) + ")");
  }
  return enumerate(texts);
}

std::string_view distribution_name(Distribution distribution) {
  return distribution == Distribution::debian ? "debian" : "ubuntu";
}

Result<AskedPython> parse_python(const project::Placed& text) {
  auto rest = trim(text.text);
  if (rest.starts_with("==")) rest = trim(rest.substr(2));
  if (rest.ends_with(".*")) rest.remove_suffix(2);
  const auto parts = split(rest, '.');
  const bool numbers = std::all_of(parts.begin(), parts.end(), is_number);
  if (!numbers || parts.size() < 2 || parts.size() > 3) {
    return fail(Error{.code = Code::bad_input,
                      .what = "'" + text.text + "' is no Python version",
                      .place = text.place,
                      .chain = {},
                      .hints = {"write a version such as \"3.11\", with quotes"}});
  }
  AskedPython asked{std::string(parts[0]) + "." + std::string(parts[1]), std::nullopt};
  if (parts.size() == 3) asked.exact = std::string(rest);
  return asked;
}

Result<project::Base> choose_base(const project::EnvYaml& yaml) {
  std::optional<AskedPython> asked;
  if (yaml.python) {
    ENVTOOL_TRY(asked, parse_python(*yaml.python));
  }
  if (!yaml.base) {
    const auto* suite = asked ? suite_with_python(asked->minor) : suite_named(kDefaultSuite);
    if (suite != nullptr) return archive(*suite);
    return fail(
        Error{.code = Code::bad_input,
              .what = "no supported release has Python " + asked->minor,
              .place = yaml.python->place,
              .chain = {},
              .hints = {"there are " + known_pythons(), "or give an image that has it: base: {oci: PATH}"}});
  }
  const auto* from_archive = std::get_if<project::BaseFromArchive>(&*yaml.base);
  if (from_archive == nullptr || !asked) return *yaml.base;
  const auto* suite = suite_named(from_archive->suite);
  if (suite == nullptr || suite->python == asked->minor)
    return *yaml.base;  // an unknown suite fails when it is opened
  return fail(Error{.code = Code::bad_input,
                    .what = std::string(distribution_name(suite->distribution)) + " " + from_archive->suite +
                            " has Python " + std::string(suite->python) + ", not " + asked->minor,
                    .place = yaml.python->place,
                    .chain = {},
                    .hints = {"write python: \"" + std::string(suite->python) +
                              "\", or leave 'base' out and the release follows from 'python'"}});
}

}  // namespace envtool::resolve::base_image
