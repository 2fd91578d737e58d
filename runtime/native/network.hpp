#pragma once
#include "runtime/native/step.hpp"

namespace envtool::runtime::native {

/// In the child, in a network namespace of its own: bring up 127.0.0.1.
bool raise_loopback(Failing& failing);

}  // namespace envtool::runtime::native
