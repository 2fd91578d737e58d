#pragma once
// Private to resolve/base_image: which release has which Python (design §3).
#include <optional>
#include <string>
#include <string_view>

#include "envtool/project/env_yaml.hpp"
#include "envtool/support/result.hpp"

namespace envtool::resolve::base_image {

struct Suite {
  project::BaseFromArchive::Distribution distribution;
  std::string_view name;
  std::string_view python;  ///< "3.11"
};

const Suite* suite_named(std::string_view name);
const Suite* suite_with_python(std::string_view minor);
/// "3.9 (debian bullseye), 3.10 (ubuntu jammy) …", for sentences.
std::string known_pythons();
std::string_view distribution_name(project::BaseFromArchive::Distribution distribution);

/// What env.yaml's `python` may say.
struct AskedPython {
  std::string minor;                 ///< "3.11"
  std::optional<std::string> exact;  ///< "3.11.2"
};
/// "3.11", "3.11.*", "3.11.2", with "==" or not. Errors: bad_input with the place.
Result<AskedPython> parse_python(const project::Placed& text);

}  // namespace envtool::resolve::base_image
