#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace envtool::resolve::python {

/// The version that setuptools-scm gives a commit by default: the tag's own on the tag, after it the next one
/// with ".devN+gHASH".
/// In:     vcs::Clones::describe ("v1.2-5-g1a2b3c4"); the full commit.
/// Source: setuptools-scm's guess-next-dev and node-and-date of a clean tree.
std::string scm_version(const std::optional<std::string>& description, std::string_view commit);

}  // namespace envtool::resolve::python
