#pragma once
// The launcher's side of the warm path: find the plan that answers this folder, fill in what differs from
// call to call, run.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "envtool/support/result.hpp"
#include "runtime/native/launch_plan.hpp"

namespace envtool::runtime::native {

/// What a file was when the plan was made. All zero: it was not there.
struct Stamp {
  std::string path;
  std::uint64_t device = 0, inode = 0, size = 0;
  std::int64_t modified = 0, changed = 0;  ///< nanoseconds
  bool operator==(const Stamp&) const = default;
};
Stamp stamp_of(const std::string& path);

struct WarmPlan {
  std::string version;        ///< of the program that wrote it, and the format's number
  std::string project;        ///< canonical folder
  std::vector<Stamp> stamps;  ///< for run
  std::int32_t init = 0;      ///< for exec: the session's pid 1
  std::uint64_t init_start_time = 0;
  std::vector<std::string> passed;  ///< names taken from the caller's environment when set
  LaunchPlan launch;
  bool operator==(const WarmPlan&) const = default;
};

/// The plan format of this program.
std::string warm_version();
std::string render_warm_plan(const WarmPlan& plan);
/// nullopt for bytes of another version or that are damaged: the long way is always there.
std::optional<WarmPlan> parse_warm_plan(std::string_view bytes);

/// 64 hexadecimal digits that name a project's plan. A name, not a proof (the plan holds the folder itself),
/// so it needs no cryptographic hash, whose library would cost the launcher more than the launch.
std::string warm_key(std::string_view project);

/// <store>/plans/<key>.json and <state>/exec/<key>.
std::string run_plan_path(const std::string& store, std::string_view project);
std::string exec_plan_path(const std::string& state, std::string_view project);

/// The plan in `file`, if it is for `project`, of this program, and every stamp still holds.
std::optional<WarmPlan> load_warm_plan(const std::string& file, std::string_view project);

/// What varies: the command, the folder below the project, the terminal, the passed variables.
void fill_in(WarmPlan& plan, std::vector<std::string> args, std::string_view caller_folder, bool terminal);

/// Run it. Out: the exit code. An error means that nothing was run and the long way may try.
Result<int> warm_run(const WarmPlan& plan);
/// The same in the running session.
Result<int> warm_exec(const WarmPlan& plan);

}  // namespace envtool::runtime::native
