#pragma once
// Whether this machine lets an ordinary user run containers, and if not the exact fix: `env doctor` prints
// it.
#include <string>
#include <vector>

#include "envtool/support/result.hpp"

namespace envtool::runtime::native {

struct Finding {
  std::string name;  ///< "user namespaces"
  bool ok = false;
  bool required = true;  ///< false: only a feature is missing (isolated network, memory limits)
  std::string sentence;  ///< what is so
  std::string fix;       ///< the commands to type, empty when ok
};

/// Everything that can be found out without starting a container, and one that is tried (clone, map, mount).
std::vector<Finding> probe();

/// An error about setting up a container, with the fix of whatever the probe finds wrong as its hints.
Error explain(Error error);

}  // namespace envtool::runtime::native
