#pragma once
// Private to resolve/system: libsolv over the packages that were chosen to be shown.
#include <string>
#include <vector>

#include "envtool/resolve/system/universe.hpp"

namespace envtool::resolve::system {

struct Install {
  std::vector<std::string> names;                            ///< any version
  std::vector<std::pair<std::string, std::string>> exactly;  ///< name and version
};

/// Out:    the candidates to install, sorted by name; recommends are not followed.
/// Errors: unsatisfiable, in a sentence of the packages' own names; bad_input — a malformed field.
/// Source: Debian policy §7 (relationships); libsolv's Debian semantics (versioned provides, no
/// self-conflicts).
Result<std::vector<Candidate>> solve(const std::vector<Candidate>& shown, const Install& install);

}  // namespace envtool::resolve::system
