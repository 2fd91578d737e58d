#pragma once
#include <string>

#include "envtool/resolve/solver/report.hpp"

namespace envtool::resolve::solver {

/// One node as a clause: a fact ("pandas 2.2.0 needs numpy>=1.22.4") or what follows.
std::string clause(const Derivation::Node& node, const Phrasebook& words);

}  // namespace envtool::resolve::solver
