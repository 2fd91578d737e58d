#pragma once
// The warm path (design §2.6): a container compiled to the flat form that the launcher `env` executes without
// starting envtool. Files: <store>/plans/<key>.json for run, <state>/exec/<key> for exec.
#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "envtool/formats/oci/runtime_spec.hpp"
#include "envtool/store/store.hpp"
#include "envtool/support/digest.hpp"
#include "envtool/support/result.hpp"
#include "runtime/engine.hpp"

namespace envtool::runtime::native {

/// What workflow knows after a run that took the long way.
struct WarmRun {
  std::filesystem::path project;  ///< canonical folder
  std::vector<std::filesystem::path>
      inputs;             ///< env.yaml, env.lock, included files: a change of any ends the plan
  oci::RuntimeSpec spec;  ///< process.args are replaced by the caller's, cwd below /workspace
  store::Rootfs rootfs;
  StartOptions options;
  std::vector<std::string> passed;  ///< names taken from the caller's environment when set
  std::filesystem::path scratch;    ///< as NativeEngine::Options
};
/// Write the plan. What the warm path cannot do (isolated network, memory limits) is left out without an
/// error. Errors: io.
Result<void> save_warm_run(const store::Store& store, const WarmRun& run);

struct WarmExec {
  std::filesystem::path project;
  Session session;
  std::vector<std::string> env;  ///< whole environment, "NAME=value"
  std::vector<std::string> passed;
};
/// Errors: io.
Result<void> save_warm_exec(const std::filesystem::path& state, const WarmExec& exec);
Result<void> remove_warm_exec(const std::filesystem::path& state, const std::filesystem::path& project);

}  // namespace envtool::runtime::native
