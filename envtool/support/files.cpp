#include "envtool/support/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <atomic>
#include <cerrno>

namespace envtool {
namespace fs = std::filesystem;

Result<std::string> read_file(const fs::path& path, ByteCount limit) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) {
    auto failure = fail_errno("open", path.native());
    if (failure.value().sys_errno == ENOENT) failure.value().code = Code::not_found;
    return failure;
  }
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return fail_errno("stat", path.native());
  if (S_ISDIR(status.st_mode)) return fail_errno("read", path.native(), EISDIR);
  std::string out;
  if (status.st_size > 0 && static_cast<std::uint64_t>(status.st_size) <= limit.value)
    out.reserve(static_cast<std::size_t>(status.st_size) + 1);
  std::string buffer(64 << 10, '\0');
  for (;;) {
    const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno("read", path.native());
    if (n == 0) return out;
    if (out.size() + static_cast<std::size_t>(n) > limit.value) {
      return fail(Code::bad_input, path.native() + " is larger than " + render(limit));
    }
    out.append(buffer.data(), static_cast<std::size_t>(n));
  }
}

Result<void> write_all(int fd, std::string_view bytes, std::string_view object) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno("write", object);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

Result<void> write_atomic(const fs::path& path, std::string_view bytes, mode_t mode, bool durable) {
  static std::atomic<unsigned> counter{0};
  const fs::path temporary =
      path.parent_path() / ("." + path.filename().native() + ".tmp-" + std::to_string(::getpid()) + "-" +
                            std::to_string(counter++));
  const auto write = [&]() -> Result<void> {
    UniqueFd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (!fd) return fail_errno("create", path.native());
    ENVTOOL_CHECK(write_all(fd.get(), bytes, path.native()));
    if (durable && ::fsync(fd.get()) != 0) return fail_errno("write", path.native());
    if (::rename(temporary.c_str(), path.c_str()) != 0) return fail_errno("rename to", path.native());
    return {};
  };
  auto result = write();
  if (!result) ::unlink(temporary.c_str());
  return result;
}

Result<void> make_directories(const fs::path& path, mode_t mode) {
  if (path.empty() || ::mkdir(path.c_str(), mode) == 0) return {};
  if (errno == ENOENT && path.has_parent_path() && path.parent_path() != path) {
    ENVTOOL_CHECK(make_directories(path.parent_path(), mode));
    if (::mkdir(path.c_str(), mode) == 0) return {};
  }
  struct stat status {};
  const int saved = errno;
  if (saved == EEXIST && ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return {};
  return fail_errno("create folder", path.native(), saved);
}

namespace {
Result<void> remove_at(int parent, const char* entry, const fs::path& shown) {
  if (::unlinkat(parent, entry, 0) == 0 || errno == ENOENT) return {};
  if (errno != EISDIR && errno != EPERM && errno != ENOTDIR) return fail_errno("remove", shown.native());
  if (::unlinkat(parent, entry, AT_REMOVEDIR) == 0) return {};
  int folder = ::openat(parent, entry, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder < 0 && errno == EACCES && ::fchmodat(parent, entry, 0700, 0) == 0) {
    folder = ::openat(parent, entry, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  }
  if (folder < 0) return fail_errno("remove", shown.native());
  DIR* stream = ::fdopendir(folder);
  if (stream == nullptr) {
    ::close(folder);
    return fail_errno("read folder", shown.native());
  }
  struct Closer {
    DIR* stream;
    ~Closer() { ::closedir(stream); }
  } closer{stream};
  ::fchmod(folder, 0700);
  while (const dirent* item = ::readdir(stream)) {
    const std::string_view child = item->d_name;
    if (child == "." || child == "..") continue;
    ENVTOOL_CHECK(remove_at(folder, item->d_name, shown / child));
  }
  if (::unlinkat(parent, entry, AT_REMOVEDIR) != 0 && errno != ENOENT)
    return fail_errno("remove", shown.native());
  return {};
}
}  // namespace

Result<void> remove_tree(const fs::path& path) { return remove_at(AT_FDCWD, path.c_str(), path); }

Result<FileLock> FileLock::lock(const fs::path& path, Mode mode, bool wait) {
  const int operation = (mode == Mode::shared ? LOCK_SH : LOCK_EX) | (wait ? 0 : LOCK_NB);
  for (;;) {
    FileLock lock;
    lock.fd_.reset(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!lock.fd_) return fail_errno("open lock file", path.native());
    while (::flock(lock.fd_.get(), operation) != 0) {
      if (errno == EINTR) continue;
      if (errno == EWOULDBLOCK) return FileLock{};
      return fail_errno("lock", path.native());
    }
    // gc removes lock files that nobody holds: one that went between open and flock locks nothing.
    struct stat ours {
    }, named{};
    if (::fstat(lock.fd_.get(), &ours) != 0) return fail_errno("stat", path.native());
    if (::stat(path.c_str(), &named) == 0 && ours.st_ino == named.st_ino && ours.st_dev == named.st_dev)
      return lock;
  }
}
Result<FileLock> FileLock::acquire(const fs::path& path, Mode mode) { return lock(path, mode, true); }
Result<FileLock> FileLock::try_acquire(const fs::path& path, Mode mode) { return lock(path, mode, false); }

}  // namespace envtool
