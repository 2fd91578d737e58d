#include "runtime/native/ownership.hpp"

#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <optional>
#include <tuple>
#include <vector>

#include "runtime/native/kernel.hpp"

namespace envtool::runtime::native {
namespace {

/// One call of the chown family, in fchownat's terms.
struct ChownCall {
  int folder = AT_FDCWD;
  std::uint64_t path = 0;  ///< address in the caller; 0: the descriptor `folder` itself
  uid_t uid = 0;
  gid_t gid = 0;
  int flags = 0;
};

std::optional<ChownCall> decode(const seccomp_data& data) {
  const auto* arguments = data.args;
  const auto owner = [&](unsigned first) {
    return std::pair(static_cast<uid_t>(arguments[first]), static_cast<gid_t>(arguments[first + 1]));
  };
  ChownCall call;
  switch (data.nr) {
#if defined(__x86_64__)
    case SYS_chown:
    case SYS_lchown:
      call.path = arguments[0];
      std::tie(call.uid, call.gid) = owner(1);
      call.flags = data.nr == SYS_lchown ? AT_SYMLINK_NOFOLLOW : 0;
      return call;
#endif
    case SYS_fchown:
      call.folder = static_cast<int>(arguments[0]);
      std::tie(call.uid, call.gid) = owner(1);
      return call;
    case SYS_fchownat:
      call.folder = static_cast<int>(arguments[0]);
      call.path = arguments[1];
      std::tie(call.uid, call.gid) = owner(2);
      call.flags = static_cast<int>(arguments[4]);
      return call;
    default:
      return std::nullopt;
  }
}

std::string in_proc(pid_t pid, const std::string& rest) {
  return "/proc/" + std::to_string(pid) + "/" + rest;
}

std::string read_text(pid_t pid, std::uint64_t address) {
  const UniqueFd memory(::open(in_proc(pid, "mem").c_str(), O_RDONLY | O_CLOEXEC));
  char text[4097];
  const ssize_t size = ::pread(memory.get(), text, sizeof text - 1, static_cast<off_t>(address));
  if (size <= 0) return {};
  text[size] = '\0';
  return text;
}

std::string read_link(const std::string& link) {
  char text[4096];
  const ssize_t size = ::readlink(link.c_str(), text, sizeof text);
  return size <= 0 ? std::string() : std::string(text, static_cast<std::size_t>(size));
}

/// The file that the call is about, as O_PATH.
UniqueFd open_subject(pid_t pid, const ChownCall& call, int root) {
  const std::string folder =
      call.folder == AT_FDCWD ? in_proc(pid, "cwd") : in_proc(pid, "fd/" + std::to_string(call.folder));
  std::string path = call.path == 0 ? std::string() : read_text(pid, call.path);
  if (path.empty()) {
    const bool itself = call.path == 0 || (call.flags & AT_EMPTY_PATH) != 0;
    return UniqueFd(itself ? ::open(folder.c_str(), O_PATH | O_CLOEXEC) : -1);
  }
  // By the container's root, so that an absolute link in it cannot name a file of ours.
  if (path.front() != '/') path = read_link(folder) + "/" + path;
  const std::uint64_t follow = (call.flags & AT_SYMLINK_NOFOLLOW) != 0 ? O_NOFOLLOW : 0;
  return UniqueFd(open_in_root(root, path.c_str(), O_PATH | follow));
}

std::optional<std::uint64_t> mount_of(int fd) {
  struct statx status {};
  if (::statx(fd, "", AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, STATX_MNT_ID, &status) != 0) return std::nullopt;
  return status.stx_mnt_id;
}

/// Steps run at the same time: the first raises the limit of descriptors, the last puts it back.
struct FileLimit {
  std::mutex mutex;
  int users = 0;
  rlimit before{};
} file_limit;

rlim_t raise_file_limit() {
  const std::lock_guard lock(file_limit.mutex);
  rlimit now{};
  ::getrlimit(RLIMIT_NOFILE, &now);
  if (file_limit.users++ > 0) return now.rlim_cur;
  // dpkg changes the owner of every file that it unpacks. The step, started before, keeps the caller's limit.
  file_limit.before = now;
  rlimit raised = now;
  raised.rlim_cur = raised.rlim_max;
  return ::setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised.rlim_cur : now.rlim_cur;
}

void restore_file_limit() {
  const std::lock_guard lock(file_limit.mutex);
  if (--file_limit.users == 0) ::setrlimit(RLIMIT_NOFILE, &file_limit.before);
}

}  // namespace

OwnershipRecorder::OwnershipRecorder(std::string written) : written_(std::move(written)) {
  const auto limit = raise_file_limit();
  open_limit_ = limit - std::min<rlim_t>(limit, 256);
}

OwnershipRecorder::~OwnershipRecorder() {
  owned_.clear();
  restore_file_limit();
}

bool OwnershipRecorder::serve(int listener) {
  // The kernel's structure may be longer than the one we were compiled with.
  alignas(seccomp_notif) char buffer[1024] = {};
  auto* call = reinterpret_cast<seccomp_notif*>(buffer);
  if (::ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, call) != 0) return errno == EINTR || errno == EAGAIN;
  record(*call);
  seccomp_notif_resp response{};
  response.id = call->id;
  // ENOENT: the caller was killed meanwhile.
  return ::ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response) == 0 || errno == ENOENT;
}

void OwnershipRecorder::record(const seccomp_notif& notification) {
  const auto call = decode(notification.data);
  if (!call) return;
  const auto pid = static_cast<pid_t>(notification.pid);
  const UniqueFd root(::open(in_proc(pid, "root").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  UniqueFd file = open_subject(pid, *call, root.get());
  struct stat status {};
  // What lies on another mount (/run, /tmp, a bind) is not part of the tree.
  if (!file || ::fstat(file.get(), &status) != 0 || mount_of(file.get()) != mount_of(root.get())) return;
  Owned& owned = owned_[{status.st_dev, status.st_ino}];
  owned.path = read_link("/proc/self/fd/" + std::to_string(file.get()));
  constexpr auto kUnchanged = static_cast<uid_t>(-1);
  if (call->uid != kUnchanged) owned.uid = call->uid;
  if (call->gid != kUnchanged) owned.gid = call->gid;
  // Where descriptors are few, root's files go without: almost all are, and most need no record.
  const bool is_root = owned.uid == 0 && owned.gid == 0;
  if (!owned.file && owned_.size() < (is_root ? open_limit_ / 2 : open_limit_)) owned.file = std::move(file);
}

std::string OwnershipRecorder::render() const {
  std::map<std::string, std::string> lines;
  for (const auto& [inode, owned] : owned_) {
    const bool held = static_cast<bool>(owned.file);
    std::string path = held ? read_link("/proc/self/fd/" + std::to_string(owned.file.get())) : owned.path;
    struct stat status {};
    const bool there = held ? ::fstat(owned.file.get(), &status) == 0 && !path.ends_with(" (deleted)")
                            : ::lstat((written_ + path).c_str(), &status) == 0;
    if (!there) continue;
    const unsigned mode = status.st_mode & 07777U;
    char rest[48];
    std::snprintf(rest, sizeof rest, " %u %u %04o\n", owned.uid, owned.gid, mode);
    lines[path] = path + rest;
  }
  std::string text;
  for (const auto& [path, line] : lines) text += line;
  return text;
}

}  // namespace envtool::runtime::native
