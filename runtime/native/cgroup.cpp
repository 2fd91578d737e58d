#include "runtime/native/cgroup.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "envtool/support/files.hpp"
#include "envtool/support/text.hpp"

namespace envtool::runtime::native {
namespace fs = std::filesystem;
namespace {

Failure refuse(const std::string& why) {
  return fail(
      Code::unsupported, "memory and process limits need a delegated cgroup, and " + why,
      "run it as `systemd-run --user --scope -p Delegate=yes env …`, or leave `resources: {memory: …}` out");
}

/// "0::/user.slice/…" of /proc/self/cgroup.
std::string own_group(const fs::path& root) {
  const auto text = read_file(root / "proc/self/cgroup", 64_KiB);
  if (!text) return {};
  for (const auto line : split(*text, '\n'))
    if (line.starts_with("0::/")) return std::string(line.substr(4));
  return {};
}

bool offers(const fs::path& group, const std::vector<std::string>& controllers) {
  const auto text = read_file(group / "cgroup.subtree_control", 4_KiB);
  if (!text) return false;
  const auto words = split(trim(*text), ' ');
  return std::all_of(controllers.begin(), controllers.end(), [&](const std::string& controller) {
    return std::find(words.begin(), words.end(), controller) != words.end();
  });
}

Result<void> limit(const fs::path& group, const char* file, const std::string& value) {
  const UniqueFd fd(::open((group / file).c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd) return fail_errno("open", (group / file).native());
  return write_all(fd.get(), value, (group / file).native());
}

}  // namespace

Result<fs::path> find_delegated_cgroup(const std::vector<std::string>& controllers, const fs::path& root) {
  const fs::path mount = root / "sys/fs/cgroup";
  std::error_code error;
  if (!fs::exists(mount / "cgroup.controllers", error))
    return refuse("this machine has no unified cgroup hierarchy");
  for (fs::path group = own_group(root);; group = group.parent_path()) {
    const fs::path folder = mount / group;
    // Both to make a group and to move a process there; the common ancestor of old and new place must be
    // ours.
    if (::access(folder.c_str(), W_OK) == 0 && ::access((folder / "cgroup.procs").c_str(), W_OK) == 0 &&
        offers(folder, controllers))
      return folder;
    if (group.empty()) break;
  }
  return refuse("this session has none that hands down " + enumerate(controllers));
}

Result<std::optional<Cgroup>> Cgroup::make(const oci::RuntimeSpec::Linux::Resources& resources) {
  if (!resources.memory_limit && !resources.pids_limit) return std::nullopt;
  std::vector<std::string> controllers;
  if (resources.memory_limit) controllers.emplace_back("memory");
  if (resources.pids_limit) controllers.emplace_back("pids");
  ENVTOOL_TRY(const fs::path parent, find_delegated_cgroup(controllers));
  Cgroup group;
  group.folder_ = parent / ("envtool-" + std::to_string(::getpid()) + "-" + std::to_string(::time(nullptr)));
  if (::mkdir(group.folder_.c_str(), 0755) != 0) return fail_errno("make the cgroup", group.folder_.native());
  if (resources.memory_limit)
    ENVTOOL_CHECK(limit(group.folder_, "memory.max", std::to_string(*resources.memory_limit)));
  if (resources.pids_limit)
    ENVTOOL_CHECK(limit(group.folder_, "pids.max", std::to_string(*resources.pids_limit)));
  group.fd_.reset(::open(group.folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!group.fd_) return fail_errno("open", group.folder_.native());
  return std::optional<Cgroup>(std::move(group));
}

Cgroup::Cgroup(Cgroup&& other) noexcept : folder_(std::move(other.folder_)), fd_(std::move(other.fd_)) {
  other.folder_.clear();
}

Cgroup::~Cgroup() {
  if (folder_.empty()) return;
  // Processes that were killed leave it a moment later.
  for (int tries = 0; tries < 50 && ::rmdir(folder_.c_str()) != 0 && errno == EBUSY; ++tries) {
    const timespec pause{0, 2'000'000};
    ::nanosleep(&pause, nullptr);
  }
}

}  // namespace envtool::runtime::native
