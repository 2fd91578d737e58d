#pragma once
// Private to resolve/system: libsolv's problems as sentences.
#include <string>

struct s_Solver;

namespace envtool::resolve::system {

/// The first problem of a failed solve: "a 1.0 needs b (>= 2), which the archive does not have".
std::string explain(s_Solver* solver);

}  // namespace envtool::resolve::system
