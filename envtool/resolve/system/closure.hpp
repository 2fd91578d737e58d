#pragma once
// Private to resolve/system: base set + asked packages → pinned .debs.
#include "envtool/resolve/system/system.hpp"
#include "envtool/resolve/system/universe.hpp"

namespace envtool::resolve::system {

/// See Archive::close.
Result<Archive::Closure> close_over(const Lists& lists, const Archive::Request& request, Events& events);

}  // namespace envtool::resolve::system
