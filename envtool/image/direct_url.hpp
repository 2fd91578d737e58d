#pragma once
#include <optional>
#include <string>

#include "envtool/project/lock.hpp"

namespace envtool::image {

/// The direct_url.json of a package that came from no index (PEP 610, "direct URL data structure"), or
/// nullopt. The text depends on the lock alone; credentials never get into it.
std::optional<std::string> direct_url(const project::LockedPackage& package);
/// The same for `-e PATH`, whose project is mounted at `folder`.
std::string editable_direct_url(const std::string& folder);

}  // namespace envtool::image
