#include "envtool/store/sealed_file.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <ctime>

#include "envtool/support/files.hpp"
#include "envtool/support/text.hpp"

namespace envtool::store {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kMagic = "envtool-record-1";
constexpr ByteCount kLimit = 64_MiB;

// FNV-1a: finds torn writes, which is all that is asked of it, and keeps OpenSSL out of the warm path.
std::uint64_t checksum(std::string_view bytes) {
  std::uint64_t value = 0xcbf29ce484222325U;
  for (const char byte : bytes) value = (value ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
  return value;
}

const std::string& boot_id() {
  static const std::string id = [] {
    auto text = read_file("/proc/sys/kernel/random/boot_id", 4_KiB);
    return text ? std::string(trim(*text)) : std::string("unknown");
  }();
  return id;
}

std::uint64_t now() {
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1000000000U + static_cast<std::uint64_t>(time.tv_nsec);
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

fs::path settled_path(const fs::path& folder, std::string_view boot) { return folder / "settled" / boot; }

// A network file system has the bytes once the file is closed, and its writer's boot is not ours.
bool is_network(const fs::path& folder) {
  constexpr long kLustre = 0x0BD00BD0, kGpfs = 0x47504653, kBeegfs = 0x19830326, kCifs = 0xFF534D42L,
                 kSmb2 = 0xFE534D42L;
  struct statfs status {};
  if (::statfs(folder.c_str(), &status) != 0) return false;
  const auto type = static_cast<long>(status.f_type);
  return type == NFS_SUPER_MAGIC || type == kLustre || type == kGpfs || type == kBeegfs || type == kCifs ||
         type == kSmb2 || type == CEPH_SUPER_MAGIC || type == AFS_SUPER_MAGIC;
}

bool reached_disk(const fs::path& folder, std::string_view boot, std::uint64_t written) {
  if (boot == boot_id() || is_network(folder)) return true;
  if (boot.empty() || boot.find('/') != std::string_view::npos) return false;
  auto text = read_file(settled_path(folder, boot), 4_KiB);
  if (!text) return false;
  const auto settled = number(trim(*text));
  return settled && written <= *settled;
}

}  // namespace

Result<void> write_sealed(const fs::path& path, std::string_view body) {
  char sum[17];
  std::snprintf(sum, sizeof sum, "%016llx", static_cast<unsigned long long>(checksum(body)));
  std::string text(kMagic);
  for (const std::string& field :
       {std::string(sum), std::to_string(body.size()), boot_id(), std::to_string(now())})
    text.append(" ").append(field);
  text.append("\n").append(body);
  return write_atomic(path, text, 0600, false);
}

std::optional<std::string> read_sealed(const fs::path& folder, const fs::path& path) {
  auto text = read_file(path, kLimit);
  if (!text) return std::nullopt;
  const std::size_t end = text->find('\n');
  if (end == std::string::npos) return std::nullopt;
  const auto fields = split(std::string_view(*text).substr(0, end), ' ');
  if (fields.size() != 5 || fields[0] != kMagic) return std::nullopt;
  const std::string_view body = std::string_view(*text).substr(end + 1);
  std::uint64_t sum = 0;
  const auto [last, error] = std::from_chars(fields[1].data(), fields[1].data() + fields[1].size(), sum, 16);
  if (error != std::errc() || last != fields[1].data() + fields[1].size()) return std::nullopt;
  if (number(fields[2]) != body.size() || sum != checksum(body)) return std::nullopt;
  const auto written = number(fields[4]);
  if (!written || !reached_disk(folder, fields[3], *written)) return std::nullopt;
  return text->substr(end + 1);
}

namespace {

struct Mark {
  int folder = -1;
  std::string text, temporary, path;
};

// Between fork and _exit of a program with threads: system calls only.
int flush_and_mark(const Mark& mark) {
  if (::syncfs(mark.folder) != 0) return 1;
  const int fd =
      ::openat(mark.folder, mark.temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return 1;
  const bool written =
      ::write(fd, mark.text.data(), mark.text.size()) == static_cast<ssize_t>(mark.text.size()) &&
      ::fdatasync(fd) == 0;
  ::close(fd);
  return written && ::renameat(mark.folder, mark.temporary.c_str(), mark.folder, mark.path.c_str()) == 0 ? 0
                                                                                                         : 1;
}

}  // namespace

void settle(const fs::path& folder, bool wait) {
  const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return;
  const Mark mark{fd.get(), std::to_string(now()) + "\n",
                  "settled/." + boot_id() + ".tmp-" + std::to_string(::getpid()), "settled/" + boot_id()};
  if (wait) {
    flush_and_mark(mark);
    return;
  }
  const pid_t child = ::fork();
  if (child == 0) {
    // A second fork, so that nobody has to wait for it, and no descriptor of ours that keeps a pipe open.
    if (::fork() != 0) ::_exit(0);
    ::setsid();
    if (mark.folder > 0) ::close_range(0, static_cast<unsigned>(mark.folder) - 1, 0);
    ::close_range(static_cast<unsigned>(mark.folder) + 1, ~0U, 0);
    ::_exit(flush_and_mark(mark));
  }
  if (child > 0) {
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
}

}  // namespace envtool::store
