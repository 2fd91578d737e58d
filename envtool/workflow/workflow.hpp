#pragma once
// The verbs as library functions: a request struct in, a Result out. cli/ and python/ only translate. This is
// the only module that knows more than one stage.
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "envtool/project/lock.hpp"
#include "envtool/support/byte_count.hpp"
#include "envtool/support/digest.hpp"
#include "envtool/support/events.hpp"
#include "envtool/support/result.hpp"

namespace envtool::workflow {

/// Where a verb works: the nearest folder at or above `start` that has an env.yaml.
/// Errors: not_found (hint: `env init`).
Result<std::filesystem::path> find_project(const std::filesystem::path& start);

/// How far a verb may go to have a lock that answers env.yaml.
enum class LockMode {
  update,  ///< resolve when there is no lock or it is stale, with the old pins as preferences
  locked,  ///< never: stale_lock instead
};

struct LockRequest {
  std::filesystem::path project;
  bool upgrade_all = false;
  std::set<std::string> upgrade;  ///< names of packages whose pins are given up
  bool check = false;             ///< only say whether it is current: stale_lock when not
};
struct LockResult {
  std::filesystem::path file;
  bool current = false;  ///< it was current and nothing was asked anew
  bool written = false;
  std::vector<project::LockChange> changes;
  std::size_t packages = 0, system_packages = 0;
};
Result<LockResult> lock(const LockRequest& request, Events& events);

/// Sentences for what changed: "numpy 1.26.4 → 2.0.0", "+ xgboost 2.1.1", "- seaborn 0.13.2".
std::vector<std::string> describe(const std::vector<project::LockChange>& changes);

struct BuildRequest {
  std::filesystem::path project;
  LockMode lock_mode = LockMode::update;
};
struct BuildResult {
  Digest image;
  bool built = false;  ///< false: the image was in the store
  std::size_t packages = 0;
  ByteCount fetched;
  std::chrono::milliseconds took{0};
};
Result<BuildResult> build(const BuildRequest& request, Events& events);

/// What `run`, `up` and `exec` have in common about the process they start.
struct ProcessRequest {
  std::vector<std::string> args;                         ///< empty: env.yaml's `command`, else a shell
  std::vector<std::pair<std::string, std::string>> env;  ///< further variables, over env.yaml's
  std::optional<std::filesystem::path>
      caller_folder;      ///< the caller's working folder: below the project it is kept
  bool terminal = false;  ///< give it a pty
};

struct RunRequest {
  std::filesystem::path project;
  LockMode lock_mode = LockMode::update;
  ProcessRequest process;
  std::function<void()> before_start;  ///< the terminal is the container's from here
  bool process_leaves =
      false;  ///< a program that exits with the code at once: pipes end when the command ends them
};
/// One command in a fresh container. Out: its exit code as a shell gives it.
Result<int> run(const RunRequest& request, Events& events);

/// The runtime-spec document that `run` would start, as JSON.
Result<std::string> print_spec(const RunRequest& request, Events& events);

struct SessionInfo {
  std::string id, name;
  std::filesystem::path project;
  Digest image;
  std::chrono::sys_seconds started;
  int init_pid = 0;
  std::vector<std::uint16_t> ports;
};
struct UpRequest {
  std::filesystem::path project;
  LockMode lock_mode = LockMode::update;
};
struct UpResult {
  SessionInfo session;
  BuildResult build;
  bool started = false;  ///< false: it was running
};
/// Have the project's container running; `exec` then gives a shell in it.
Result<UpResult> up(const UpRequest& request, Events& events);

struct ExecRequest {
  std::filesystem::path project;
  ProcessRequest process;
  std::function<void()> before_start;
};
/// Errors: not_found when the project has no running container (hint: `env up --detach`).
Result<int> exec(const ExecRequest& request, Events& events);

/// Running containers of this user, newest first; forgets those that are gone.
Result<std::vector<SessionInfo>> ps();
/// The file that the running container's main process writes to.
Result<std::filesystem::path> log_file(const std::filesystem::path& project);
struct DownResult {
  std::string name;  ///< of the project, as `ps` gives it
  bool was_running = false;
};
Result<DownResult> down(const std::filesystem::path& project, int grace_seconds);

struct GcRequest {
  std::optional<ByteCount> keep;
  bool dry_run = false, verify = false;
};
struct GcResult {
  ByteCount freed, left;
  std::uint64_t removed = 0;
  std::vector<std::string> corrupt;
};
Result<GcResult> gc(const GcRequest& request, Events& events);

struct Finding {
  std::string name;  ///< "user namespaces"
  bool ok = false;
  bool needed = true;  ///< false: something optional is missing
  std::string sentence;
  std::string fix;  ///< commands to run; empty when ok
};
/// Everything about this machine that a container of ours needs, each with the exact fix.
std::vector<Finding> doctor();

struct InitRequest {
  std::filesystem::path folder;
  std::string name = "minimal";  ///< a template
};
/// Copy a template's files; existing files are never overwritten. Out: the files made.
/// Errors: bad_input (no such template: nearest name; env.yaml is there already).
Result<std::vector<std::filesystem::path>> init(const InitRequest& request);

}  // namespace envtool::workflow
