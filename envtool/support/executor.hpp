#pragma once
// How a stage has a command run inside a container without knowing runtime/: workflow hands an Executor over.
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "envtool/support/result.hpp"

namespace envtool {

/// One command of a build, run as (mapped or faked) root in a container of its own.
struct BuildStep {
  /// Root filesystem: trees, bottom first. With `upper` they are overlay lowers; without, there must be
  /// exactly one and it is written in place.
  std::vector<std::filesystem::path> lower;
  std::optional<std::filesystem::path>
      upper;  ///< overlay upperdir, receives what changes; its sibling "<upper>.work" is the workdir
  struct Bind {
    std::filesystem::path source;
    std::filesystem::path target;  ///< absolute, in the container; made if absent where the root is writable
    bool read_only = true;
  };
  std::vector<Bind> binds;
  std::vector<std::string> argv;
  std::vector<std::pair<std::string, std::string>> env;  ///< the whole environment
  std::filesystem::path cwd = "/";
  bool network = false;  ///< false: a network namespace with only loopback
  /// Where programs that fake ownership record it: lines "path uid gid mode" (design §6), or unset.
  std::optional<std::filesystem::path> ownership_log;
  std::string stdin_bytes;
};

struct BuildStepOutcome {
  int exit_code = 0;   ///< 128+n for a signal
  std::string output;  ///< stdout and stderr interleaved, at most the last 1 MiB
};

class Executor {
 public:
  virtual ~Executor() = default;
  /// Runs to the end. A command that exits non-zero is an outcome, not an error.
  /// Errors: unsupported (no user namespaces; hints have the fix), io, cancelled.
  virtual Result<BuildStepOutcome> run(const BuildStep& step) = 0;
};

}  // namespace envtool
