#include "runtime/native/seccomp.hpp"

#include <asm/ioctls.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstddef>

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

namespace envtool::runtime::native {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "no system call table for this architecture"
#endif

using Code = std::vector<sock_filter>;

sock_filter statement(std::uint16_t code, std::uint32_t value) { return sock_filter{code, 0, 0, value}; }
sock_filter jump(std::uint16_t code, std::uint32_t value, std::uint8_t yes, std::uint8_t no) {
  return sock_filter{static_cast<std::uint16_t>(BPF_JMP | code | BPF_K), yes, no, value};
}
sock_filter answer(std::uint32_t value) { return statement(BPF_RET | BPF_K, value); }
sock_filter answer_errno(int number) {
  return answer(SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(number));
}
/// Low half of an argument: flags, modes and requests fit in it (both architectures are little-endian).
sock_filter load_argument(unsigned index) {
  return statement(BPF_LD | BPF_W | BPF_ABS,
                   static_cast<std::uint32_t>(offsetof(seccomp_data, args) + index * sizeof(std::uint64_t)));
}

struct Rule {
  std::uint32_t number;
  Code verdict;  ///< ends in a return on every path
};

void deny(std::vector<Rule>& rules, std::initializer_list<int> numbers) {
  for (const int number : numbers)
    rules.push_back({static_cast<std::uint32_t>(number), {answer_errno(EPERM)}});
}

/// What would reach parts of the kernel that a container has no business with. Source: the default profile
/// that container engines share; grouped here by what the calls are for.
std::vector<Rule> standard_rules() {
  std::vector<Rule> rules;
  deny(rules, {SYS_mount, SYS_umount2, SYS_pivot_root, SYS_mount_setattr, SYS_move_mount, SYS_open_tree,
               SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick, SYS_unshare, SYS_setns});
  deny(rules, {SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_kexec_file_load,
               SYS_reboot, SYS_swapon, SYS_swapoff, SYS_acct, SYS_quotactl, SYS_quotactl_fd, SYS_vhangup,
               SYS_syslog, SYS_nfsservctl, SYS_lookup_dcookie});
  deny(rules, {SYS_settimeofday, SYS_clock_settime, SYS_clock_adjtime, SYS_adjtimex});
  deny(rules, {SYS_add_key, SYS_request_key, SYS_keyctl});
  deny(rules, {SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_open_by_handle_at, SYS_fanotify_init,
               SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register});
#if defined(__x86_64__)
  deny(rules, {SYS_ioperm, SYS_iopl, SYS_uselib, SYS_sysfs, SYS__sysctl, SYS_ustat, SYS_create_module,
               SYS_get_kernel_syms, SYS_query_module});
#endif
  constexpr std::uint32_t kNamespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                                        CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
  rules.push_back({SYS_clone,
                   {load_argument(0), jump(BPF_JSET, kNamespaces, 0, 1), answer_errno(EPERM),
                    answer(SECCOMP_RET_ALLOW)}});
  // clone3's flags are behind a pointer that a filter cannot follow: absent, so that the C library uses
  // clone.
  rules.push_back({SYS_clone3, {answer_errno(ENOSYS)}});
  // A command that shares the caller's terminal could type into it.
  rules.push_back({SYS_ioctl,
                   {load_argument(1), jump(BPF_JEQ, TIOCSTI, 1, 0), jump(BPF_JEQ, TIOCLINUX, 0, 1),
                    answer_errno(EPERM), answer(SECCOMP_RET_ALLOW)}});
  return rules;
}

Code fake_device_node(unsigned mode_argument) {
  return {load_argument(mode_argument),
          statement(BPF_ALU | BPF_AND | BPF_K, S_IFMT),
          jump(BPF_JEQ, S_IFCHR, 1, 0),
          jump(BPF_JEQ, S_IFBLK, 0, 1),
          answer_errno(0),
          answer(SECCOMP_RET_ALLOW)};
}

void add_build_rules(std::vector<Rule>& rules, bool record_ownership) {
  const auto fake = [&](std::initializer_list<int> numbers, sock_filter verdict) {
    for (const int number : numbers) rules.push_back({static_cast<std::uint32_t>(number), {verdict}});
  };
  fake({SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid, SYS_setresgid, SYS_setgroups,
        SYS_setfsuid, SYS_setfsgid, SYS_capset},
       answer_errno(0));
  fake({SYS_fsync, SYS_fdatasync, SYS_sync, SYS_syncfs, SYS_sync_file_range, SYS_msync}, answer_errno(0));
  const auto owner = record_ownership ? answer(SECCOMP_RET_USER_NOTIF) : answer_errno(0);
  fake({SYS_fchown, SYS_fchownat}, owner);
  rules.push_back({SYS_mknodat, fake_device_node(2)});
#if defined(__x86_64__)
  fake({SYS_chown, SYS_lchown}, owner);
  rules.push_back({SYS_mknod, fake_device_node(1)});
#endif
}

/// Code for rules[from, to), sorted by number, with the call's number in the accumulator.
void emit(Code& code, const std::vector<Rule>& rules, std::size_t from, std::size_t to) {
  if (to - from <= 2) {
    for (std::size_t i = from; i < to; ++i) {
      code.push_back(jump(BPF_JEQ, rules[i].number, 0, static_cast<std::uint8_t>(rules[i].verdict.size())));
      code.insert(code.end(), rules[i].verdict.begin(), rules[i].verdict.end());
    }
    code.push_back(answer(SECCOMP_RET_ALLOW));
    return;
  }
  const std::size_t middle = from + (to - from) / 2;
  const std::size_t branch = code.size();
  code.push_back(jump(BPF_JGE, rules[middle].number, 0, 0));
  emit(code, rules, from, middle);
  const std::size_t distance = code.size() - branch - 1;
  assert(distance <= 255);
  code[branch].jt = static_cast<std::uint8_t>(distance);
  emit(code, rules, middle, to);
}

}  // namespace

std::vector<sock_filter> make_filter(Filter kind, bool record_ownership) {
  auto rules = standard_rules();
  if (kind == Filter::build) add_build_rules(rules, record_ownership);
  std::sort(rules.begin(), rules.end(), [](const Rule& a, const Rule& b) { return a.number < b.number; });
  Code code;
  code.reserve(256);
  // Calls of another architecture have other numbers: none is served, or they would go round the filter.
  code.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)));
  code.push_back(jump(BPF_JEQ, kArchitecture, 1, 0));
  code.push_back(answer_errno(ENOSYS));
  code.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
#if defined(__x86_64__)
  constexpr std::uint32_t kX32 = 0x40000000;
  code.push_back(jump(BPF_JGE, kX32, 0, 1));
  code.push_back(answer_errno(ENOSYS));
#endif
  emit(code, rules, 0, rules.size());
  return code;
}

int install_filter(const sock_fprog& program, bool listener, Failing& failing) {
  const auto install = [&](unsigned long flags) {
    return static_cast<int>(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program));
  };
  int result = -1;
  if (listener) {
    result = install(SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
    if (result < 0 && errno == EINVAL) result = install(SECCOMP_FILTER_FLAG_NEW_LISTENER);
  } else {
    result = install(SECCOMP_FILTER_FLAG_SPEC_ALLOW);
  }
  if (result < 0) failing.fail(Step::filter);
  return result;
}

}  // namespace envtool::runtime::native
