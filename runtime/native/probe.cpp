#include "runtime/native/probe.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

#include "envtool/support/files.hpp"
#include "envtool/support/text.hpp"
#include "runtime/native/cgroup.hpp"
#include "runtime/native/kernel.hpp"
#include "runtime/native/mounts.hpp"
#include "runtime/native/pasta.hpp"
#include "runtime/native/rootfs.hpp"
#include "runtime/native/scratch.hpp"
#include "runtime/native/userns.hpp"

namespace envtool::runtime::native {
namespace fs = std::filesystem;
namespace {

std::string first_line(const fs::path& path) {
  const auto text = read_file(path, 64_KiB);
  return text ? std::string(trim(std::string_view(*text).substr(0, text->find('\n')))) : std::string();
}

std::string programs_folder() {
  std::error_code error;
  const fs::path own = fs::read_symlink("/proc/self/exe", error);
  return error ? "/usr/local/bin" : own.parent_path().native();
}

[[noreturn]] void try_parts(const LaunchPlan& plan, int channel, uid_t uid, gid_t gid) {
  Failing failing;
  bool done = map_user(plan, uid, gid, failing);
  const int root = done ? mount_root(plan, failing) : -1;
  done = root >= 0 && mount_all(plan, root, failing);
  if (!done) tell(channel, {Told::failed, failing.step, failing.index, failing.number});
  ::_exit(done ? 0 : 1);
}

/// The kernel's refusal of a container's parts: ids, tmpfs, overlay, /proc. nullopt: it works.
std::optional<Error> try_container() {
  auto scratch = scratch_folder({});
  if (!scratch) return std::move(scratch).error();
  LaunchPlan plan;
  plan.uid = ::getuid();
  plan.gid = ::getgid();
  plan.lowers = {"/usr"};
  plan.scratch = scratch->native();
  MountEntry proc;
  proc.kind = MountEntry::Kind::proc;
  proc.target = "proc";
  proc.attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  plan.mounts = {proc};
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return fail_errno("make a socket pair", "").value();
  const UniqueFd ours(ends[0]);
  UniqueFd theirs(ends[1]);
  const uid_t uid = ::getuid();
  const gid_t gid = ::getgid();
  int pidfd = -1;
  const pid_t pid = clone_process(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID, &pidfd);
  if (pid == 0) try_parts(plan, theirs.get(), uid, gid);
  if (pid < 0) return error_of(plan, {Told::failed, Step::clone, 0, errno});
  const UniqueFd held(pidfd);
  theirs.reset();
  Report report;
  int fd = -1;
  const bool failed = hear(ours.get(), report, fd);
  ::waitpid(pid, nullptr, 0);
  if (!failed) return std::nullopt;
  return error_of(plan, report);
}

Finding probe_namespaces() {
  const auto refusal = try_container();
  if (!refusal)
    return {"user namespaces", true, true, "an ordinary user may run containers on this machine", ""};
  return judge_refusal(read_namespace_facts("/"), refusal->what, programs_folder());
}

Finding probe_pasta() {
  const auto program = find_pasta();
  if (program) return {"isolated network", true, false, "pasta connects `network: isolated`", ""};
  return {"isolated network", false, false, program.error().what,
          program.error().hints.empty() ? "" : program.error().hints.front()};
}

Finding probe_limits() {
  const auto parent = find_delegated_cgroup({"memory", "pids"});
  if (parent) return {"memory limits", true, false, "a delegated cgroup takes `resources: {memory: …}`", ""};
  return {"memory limits", false, false, parent.error().what,
          parent.error().hints.empty() ? "" : parent.error().hints.front()};
}

std::string persistent(const std::string& setting) {
  return "sudo sysctl -w " + setting + "\necho '" + setting + "' | sudo tee /etc/sysctl.d/60-envtool.conf";
}

std::string apparmor_fix(const std::string& programs) {
  return "sudo tee /etc/apparmor.d/envtool >/dev/null <<'END'\nabi <abi/4.0>,\ninclude <tunables/global>\n"
         "profile envtool \"" +
         programs +
         "/{env,envtool}\" flags=(unconfined) {\n  userns,\n}\nEND\n"
         "sudo apparmor_parser -r /etc/apparmor.d/envtool";
}

}  // namespace

NamespaceFacts read_namespace_facts(const fs::path& root) {
  const fs::path kernel = root / "proc/sys/kernel";
  NamespaceFacts facts;
  facts.unprivileged_clone = first_line(kernel / "unprivileged_userns_clone");
  facts.maximum = first_line(root / "proc/sys/user/max_user_namespaces");
  facts.apparmor = first_line(kernel / "apparmor_restrict_unprivileged_userns");
  std::error_code error;
  facts.in_container =
      fs::exists(root / ".dockerenv", error) || fs::exists(root / "run/.containerenv", error);
  const auto status = read_file(root / "proc/self/status", 64_KiB);
  if (status && status->find("\nSeccomp:\t2") != std::string::npos) facts.in_container = true;
  return facts;
}

Finding judge_refusal(const NamespaceFacts& facts, const std::string& refusal, const std::string& programs) {
  Finding finding{"user namespaces", false, true, "", ""};
  if (facts.unprivileged_clone == "0") {
    finding.sentence =
        "this machine keeps user namespaces from ordinary users (kernel.unprivileged_userns_clone is 0)";
    finding.fix = persistent("kernel.unprivileged_userns_clone=1");
  } else if (facts.maximum == "0") {
    finding.sentence = "this machine allows no user namespaces (user.max_user_namespaces is 0)";
    finding.fix = persistent("user.max_user_namespaces=15000");
  } else if (facts.apparmor == "1") {
    finding.sentence =
        "AppArmor keeps user namespaces from programs without a profile "
        "(kernel.apparmor_restrict_unprivileged_userns is 1)";
    finding.fix = apparmor_fix(programs);
  } else if (facts.in_container) {
    finding.sentence = "we are in a container whose engine forbids containers inside: " + refusal;
    finding.fix =
        "start the outer container with: --security-opt seccomp=unconfined --security-opt "
        "apparmor=unconfined "
        "--security-opt systempaths=unconfined";
  } else {
    finding.sentence = "the kernel refuses a container: " + refusal;
    finding.fix =
        "this needs Linux 5.11 or later with user namespaces and overlayfs; `uname -r` says which this is";
  }
  return finding;
}

std::vector<Finding> probe() { return {probe_namespaces(), probe_pasta(), probe_limits()}; }

Error explain(Error error) {
  if (error.code != Code::unsupported || !error.hints.empty()) return error;
  const Finding finding = probe_namespaces();
  if (finding.ok) return error;
  error.hints.push_back(finding.sentence + "; to change that:\n" + finding.fix);
  return error;
}

}  // namespace envtool::runtime::native
