#pragma once
#include "envtool/resolve/python/solve_target.hpp"

namespace envtool::resolve::python {

/// Say aloud what a person would not expect: a pre-release, a yanked or a years-old pick, a missing extra,
/// versions that differ between platforms. One sentence each, whatever the number of platforms.
void make_remarks(const std::vector<TargetSolution>& solutions,
                  const std::vector<std::unique_ptr<Target>>& targets, const std::set<std::string>& pinned,
                  Events& events);

}  // namespace envtool::resolve::python
