#pragma once
#include <optional>
#include <string>

#include "envtool/resolve/python/sdist.hpp"

namespace envtool::resolve::python {

/// What a build gave, as text that is kept between locks: building again costs minutes and changes nothing.
std::string render_built(const BuiltSdist& built, const std::string& metadata);
/// Nothing when the text is damaged.
std::optional<BuiltSdist> parse_built(const std::string& text);

}  // namespace envtool::resolve::python
