#include "runtime/native/seccomp.hpp"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstring>
#include <set>

using namespace envtool::runtime::native;

namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kHere = AUDIT_ARCH_X86_64;
constexpr std::uint32_t kOther = AUDIT_ARCH_I386;
#else
constexpr std::uint32_t kHere = AUDIT_ARCH_AARCH64;
constexpr std::uint32_t kOther = AUDIT_ARCH_ARM;
#endif
constexpr std::uint32_t kAllow = SECCOMP_RET_ALLOW;

std::uint32_t refuse(int number) { return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(number); }

/// What the kernel's machine for these programs would answer. Source: kernel
/// Documentation/networking/filter.rst.
std::uint32_t verdict(const std::vector<sock_filter>& program, const seccomp_data& data) {
  std::uint32_t accumulator = 0;
  for (std::size_t at = 0; at < program.size(); ++at) {
    const sock_filter& line = program[at];
    switch (line.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        REQUIRE(line.k + 4 <= sizeof data);
        std::memcpy(&accumulator, reinterpret_cast<const char*>(&data) + line.k, 4);
        break;
      case BPF_ALU | BPF_AND | BPF_K:
        accumulator &= line.k;
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
        at += accumulator == line.k ? line.jt : line.jf;
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
        at += accumulator >= line.k ? line.jt : line.jf;
        break;
      case BPF_JMP | BPF_JSET | BPF_K:
        at += (accumulator & line.k) != 0 ? line.jt : line.jf;
        break;
      case BPF_RET | BPF_K:
        return line.k;
      default:
        FAIL("unknown instruction " << line.code);
    }
  }
  FAIL("the program runs off its end");
  return 0;
}

std::uint32_t verdict(const std::vector<sock_filter>& program, long number, std::uint64_t first = 0,
                      std::uint64_t second = 0, std::uint64_t third = 0) {
  seccomp_data data{};
  data.nr = static_cast<int>(number);
  data.arch = kHere;
  data.args[0] = first;
  data.args[1] = second;
  data.args[2] = third;
  return verdict(program, data);
}

}  // namespace

TEST_CASE("over the whole table, just the calls that reach beyond a container are refused",
          "[runtime][native]") {
  const auto program = make_filter(Filter::standard);
  std::set<int> refused;
  for (int number = 0; number < 600; ++number)
    if (verdict(program, number) != kAllow) refused.insert(number);
  for (const int number :
       {SYS_mount,      SYS_umount2,         SYS_pivot_root,        SYS_unshare,      SYS_setns,
        SYS_bpf,        SYS_keyctl,          SYS_add_key,           SYS_reboot,       SYS_init_module,
        SYS_kexec_load, SYS_perf_event_open, SYS_open_by_handle_at, SYS_userfaultfd,  SYS_fsopen,
        SYS_move_mount, SYS_open_tree,       SYS_io_uring_setup,    SYS_settimeofday, SYS_swapon,
        SYS_quotactl})
    CHECK(refused.count(number) == 1);
  for (const int number : {SYS_read,         SYS_write,  SYS_openat, SYS_execve,
                           SYS_clone,        SYS_mmap,   SYS_ptrace, SYS_socket,
                           SYS_ioctl,        SYS_futex,  SYS_fchown, SYS_setuid,
                           SYS_mknodat,      SYS_chroot, SYS_mbind,  SYS_process_vm_readv,
                           SYS_memfd_create, SYS_fsync,  SYS_rseq,   SYS_sched_setaffinity})
    CHECK(refused.count(number) == 0);
  CHECK(refused.size() < 70);
}

TEST_CASE("new namespaces are refused, threads are not", "[runtime][native]") {
  const auto program = make_filter(Filter::standard);
  CHECK(verdict(program, SYS_clone, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD) ==
        kAllow);
  for (const std::uint64_t flag : {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWCGROUP})
    CHECK(verdict(program, SYS_clone, flag | CLONE_VM) == refuse(EPERM));
  CHECK(verdict(program, SYS_clone3) == refuse(ENOSYS));
}

TEST_CASE("typing into the shared terminal is refused, other requests are not", "[runtime][native]") {
  const auto program = make_filter(Filter::standard);
  CHECK(verdict(program, SYS_ioctl, 0, 0x5412) == refuse(EPERM));
  CHECK(verdict(program, SYS_ioctl, 0, 0x541c) == refuse(EPERM));
  CHECK(verdict(program, SYS_ioctl, 0, 0x5413) == kAllow);
  CHECK(verdict(program, SYS_ioctl, 0, 0xffffffff00005412ULL) == refuse(EPERM));  // the kernel reads 32 bits
}

TEST_CASE("another architecture's calls are not served", "[runtime][native]") {
  const auto program = make_filter(Filter::standard);
  seccomp_data data{};
  data.arch = kOther;
  for (data.nr = 0; data.nr < 450; ++data.nr) CHECK(verdict(program, data) == refuse(ENOSYS));
#if defined(__x86_64__)
  CHECK(verdict(program, 0x40000000 | SYS_mount) == refuse(ENOSYS));
#endif
}

TEST_CASE("a build fakes ownership, ids, device nodes and fsync, and records on request",
          "[runtime][native]") {
  const auto program = make_filter(Filter::build);
  for (const long number :
       {SYS_fchown, SYS_fchownat, SYS_setuid, SYS_setgroups, SYS_setresgid, SYS_fsync, SYS_syncfs})
    CHECK(verdict(program, number) == refuse(0));
  CHECK(verdict(program, SYS_mknodat, 0, 0, S_IFCHR | 0666) == refuse(0));
  CHECK(verdict(program, SYS_mknodat, 0, 0, S_IFBLK | 0666) == refuse(0));
  CHECK(verdict(program, SYS_mknodat, 0, 0, S_IFIFO | 0666) == kAllow);
  CHECK(verdict(program, SYS_fchmod) == kAllow);
  CHECK(verdict(program, SYS_mount) == refuse(EPERM));
  const auto recording = make_filter(Filter::build, true);
  CHECK(verdict(recording, SYS_fchownat) == SECCOMP_RET_USER_NOTIF);
  CHECK(verdict(recording, SYS_setuid) == refuse(0));
}
