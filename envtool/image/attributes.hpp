#pragma once
// Owners and special bits of a tree, gathered from archives, scripts and the trees below.
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "envtool/store/store.hpp"

namespace envtool::image {

using Attributes = std::map<std::string, store::EntryAttributes>;  ///< by path relative to the root

/// Lines "path uid gid mode" as an Executor records them: the last three words are numbers, the path may hold
/// blanks. Later lines win; lines of another form are skipped.
void apply_ownership_log(std::string_view log, Attributes& attributes);

/// What lower trees say of paths that `root` has too and nothing newer has been said about: a file that was
/// copied up keeps its owner. Bottom first.
void inherit_attributes(const std::filesystem::path& root, std::span<const store::Tree> below,
                        Attributes& attributes);

/// A capability as it stands in a layer: revision 2, without the user namespace's root that a rootless
/// `setcap` stored (capabilities(7)). Empty for bytes that are none.
std::string portable_capability(std::string_view raw);

}  // namespace envtool::image
