// `env`: hands our verbs to envtool, everything else to the system's env, unchanged; and runs `env run --
// CMD` and `env exec -- CMD` itself when a compiled plan answers the project (design §1, §2.6). Static: a
// dynamic start costs as much as the container.
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "envtool/cli/verbs.hpp"
#include "envtool/support/env_vars.hpp"
#include "runtime/native/warm_run.hpp"

namespace envtool::cli {
namespace {

namespace native = runtime::native;

bool is_same_file(const char* path, const struct stat& own) {
  struct stat status {};
  return ::stat(path, &status) != 0 || (status.st_dev == own.st_dev && status.st_ino == own.st_ino);
}

/// The first program of this name in PATH that is not ourselves.
std::string find_in_path(const char* name, const struct stat& own) {
  const char* at = std::getenv("PATH");
  while (at != nullptr && *at != '\0') {
    const char* end = std::strchr(at, ':');
    std::string path(at, end == nullptr ? std::strlen(at) : static_cast<std::size_t>(end - at));
    path.append("/").append(name);
    if (path.front() == '/' && ::access(path.c_str(), X_OK) == 0 && !is_same_file(path.c_str(), own))
      return path;
    at = end == nullptr ? nullptr : end + 1;
  }
  return {};
}

[[noreturn]] void fail_execute(const char* name) {
  std::fprintf(stderr, "env: cannot execute %s: %s\n", name, std::strerror(errno));
  std::exit(errno == ENOENT ? 127 : 126);
}

[[noreturn]] void execute_system_env(char** words) {
  struct stat own {};
  ::stat("/proc/self/exe", &own);
  for (const char* path : {"/usr/bin/env", "/bin/env"})
    if (!is_same_file(path, own)) ::execv(path, words);
  const std::string other = find_in_path("env", own);
  if (!other.empty()) ::execv(other.c_str(), words);
  errno = ENOENT;
  fail_execute("the system's env");
}

[[noreturn]] void execute_envtool(char** words) {
  char own[PATH_MAX];
  const ssize_t size = ::readlink("/proc/self/exe", own, sizeof own);
  std::string program;
  if (size > 0 && static_cast<std::size_t>(size) < sizeof own) {
    program.assign(own, static_cast<std::size_t>(size));
    program.replace(program.rfind('/') + 1, std::string::npos, "envtool");
    ::execv(program.c_str(), words);
  }
  struct stat status {};
  ::stat("/proc/self/exe", &status);
  program = find_in_path("envtool", status);
  if (!program.empty()) ::execv(program.c_str(), words);
  errno = ENOENT;
  fail_execute("envtool (it belongs next to this program)");
}

/// The nearest folder at or above `folder` that has an env.yaml.
std::string find_project(std::string folder) {
  while (!folder.empty()) {
    if (::access((folder + "/env.yaml").c_str(), F_OK) == 0) return folder;
    folder.resize(folder.rfind('/'));
  }
  return {};
}

/// Returns when the long way has to be taken.
void try_warm(const char* verb, std::vector<std::string> command) {
  char folder[PATH_MAX];
  if (::getcwd(folder, sizeof folder) == nullptr || folder[0] != '/') return;
  const std::string project = find_project(folder);
  if (project.empty()) return;
  const bool running = std::strcmp(verb, "exec") == 0;
  const std::string file = running ? native::exec_plan_path(env_vars::state_dir().native(), project)
                                   : native::run_plan_path(env_vars::store_dir().native(), project);
  auto plan = native::load_warm_plan(file, project);
  if (!plan) return;
  const bool terminal = ::isatty(0) == 1 && ::isatty(1) == 1;
  native::fill_in(*plan, std::move(command), folder, terminal);
  const auto code = running ? native::warm_exec(*plan) : native::warm_run(*plan);
  // What failed had not begun: envtool tries again, and if it fails too it says why.
  if (code) ::_exit(*code);
}

}  // namespace
}  // namespace envtool::cli

int main(int count, char** words) {
  using namespace envtool::cli;
  if (count < 2 || !is_verb(words[1])) execute_system_env(words);
  const bool may_be_warm = std::strcmp(words[1], "run") == 0 || std::strcmp(words[1], "exec") == 0;
  if (may_be_warm && count > 3 && std::strcmp(words[2], "--") == 0)
    try_warm(words[1], {words + 3, words + count});
  execute_envtool(words);
}
