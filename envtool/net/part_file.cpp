#include "envtool/net/part_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>

namespace envtool::net {
namespace {
constexpr std::uint64_t kStretch = 32 << 20;  // about 20 ms of hashing, so that other jobs get their turn
}

PartFile::PartFile(std::filesystem::path to) : to_(std::move(to)), path_(to_.native() + ".part") {}

Result<bool> PartFile::open() {
  if (to_.has_parent_path()) ENVTOOL_CHECK(make_directories(to_.parent_path()));
  fd_.reset(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!fd_) return fail_errno("create", path_.native());
  while (::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return fail_errno("lock", path_.native());
    fd_.reset();
    return false;
  }
  // Renamed or removed between open and lock: the lock is on a file that is no part file any more.
  struct stat locked {
  }, named{};
  if (::fstat(fd_.get(), &locked) != 0 || ::stat(path_.c_str(), &named) != 0 ||
      locked.st_ino != named.st_ino || locked.st_dev != named.st_dev) {
    fd_.reset();
    return false;
  }
  return true;
}

Result<bool> PartFile::hash_existing() {
  std::string buffer(256 << 10, '\0');
  for (std::uint64_t done = 0; done < kStretch;) {
    const ssize_t n = ::pread(fd_.get(), buffer.data(), buffer.size(), static_cast<off_t>(size_));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno("read", path_.native());
    if (n == 0) return true;
    hash_.update(std::string_view(buffer.data(), static_cast<std::size_t>(n)));
    size_ += static_cast<std::uint64_t>(n);
    done += static_cast<std::uint64_t>(n);
  }
  return false;
}

void PartFile::give_up(Error error) {
  if (!failure_) failure_ = std::move(error);
  failed_ = true;
}

void PartFile::restart() {
  hash_ = Sha256();
  size_ = 0;
  if (::ftruncate(fd_.get(), 0) != 0) give_up(fail_errno("truncate", path_.native()).value());
}

void PartFile::append(std::string_view bytes) {
  if (failed_) return;
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const ssize_t n = ::pwrite(fd_.get(), rest.data(), rest.size(),
                               static_cast<off_t>(size_ + (bytes.size() - rest.size())));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return give_up(fail_errno("write", path_.native()).value());
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  hash_.update(bytes);
  size_ += bytes.size();
}

Result<void> PartFile::verify(const Digest& pinned, std::optional<ByteCount> size, std::string_view source) {
  if (failure_) return Failure(*failure_);
  const Digest came = hash_.finish();
  hash_ = Sha256();  // a further source starts from nothing
  if (came == pinned && (!size || size->value == size_)) return {};
  auto error =
      fail(Code::digest_mismatch,
           fmt::format("{} from {} is not the file that is pinned: sha256 {} ({} bytes) came, {}{} is "
                       "pinned",
                       to_.filename().native(), source, came.hex(), size_, pinned.hex(),
                       size ? fmt::format(" ({} bytes)", size->value) : ""));
  error.value().hints.push_back(
      "the file was changed at its source, or something on the way alters downloads (a proxy, a login page "
      "of "
      "the network): try from another network; do not re-lock before you know why");
  return error;
}

Result<void> PartFile::publish() {
  if (::rename(path_.c_str(), to_.c_str()) != 0) return fail_errno("rename to", to_.native());
  fd_.reset();
  return {};
}

bool PartFile::target_has(const Digest& pinned) const {
  UniqueFd file(::open(to_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return false;
  Sha256 hash;
  std::string buffer(256 << 10, '\0');
  for (;;) {
    const ssize_t n = ::read(file.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    if (n == 0) return hash.finish() == pinned;
    hash.update(std::string_view(buffer.data(), static_cast<std::size_t>(n)));
  }
}

void PartFile::close() {
  if (fd_ && size_ == 0) ::unlink(path_.c_str());
  fd_.reset();
}

void PartFile::remove() {
  ::unlink(path_.c_str());
  fd_.reset();
}

}  // namespace envtool::net
