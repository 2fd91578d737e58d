#include "runtime/native/compile.hpp"

#include <sys/mount.h>
#include <sys/resource.h>

#include <catch2/catch.hpp>

using namespace envtool;
using namespace envtool::runtime;
using native::compile;
using native::compile_mount;
using native::MountEntry;

namespace {

std::string refusal(const oci::RuntimeMount& mount) {
  const auto entry = compile_mount(mount, false);
  return entry ? "accepted" : entry.error().what;
}

}  // namespace

TEST_CASE("a bind's options become attributes", "[runtime][native]") {
  const auto entry =
      compile_mount({"/data/", "bind", "/srv", {"rbind", "ro", "nosuid", "nodev"}}, false).value();
  CHECK(entry.kind == MountEntry::Kind::bind);
  CHECK(entry.target == "data");
  CHECK(entry.source == "/srv");
  CHECK(entry.attributes == (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV));
}

TEST_CASE("a tmpfs keeps its own options, one at /dev is filled with devices", "[runtime][native]") {
  const auto shm =
      compile_mount({"/dev/shm", "tmpfs", "shm", {"noexec", "mode=1777", "size=64m"}}, false).value();
  CHECK(shm.kind == MountEntry::Kind::tmpfs);
  CHECK(shm.options == std::vector<std::pair<std::string, std::string>>{{"mode", "1777"}, {"size", "64m"}});
  CHECK(compile_mount({"/dev", "tmpfs", "tmpfs", {}}, false).value().kind == MountEntry::Kind::dev);
}

TEST_CASE("a sysfs is the host's, unless the network is our own", "[runtime][native]") {
  const oci::RuntimeMount sys{"/sys", "sysfs", "sysfs", {"ro"}};
  CHECK(compile_mount(sys, false).value().kind == MountEntry::Kind::bind);
  CHECK(compile_mount(sys, false).value().source == "/sys");
  CHECK(compile_mount(sys, true).value().kind == MountEntry::Kind::sysfs);
}

TEST_CASE("a destination stays below the root", "[runtime][native]") {
  CHECK(compile_mount({"/a/../../b", "bind", "/x", {}}, false).value().target == "b");
  CHECK(refusal({"/", "bind", "/x", {}}).find("destination below /") != std::string::npos);
  CHECK(refusal({"/a/..", "bind", "/x", {}}).find("destination below /") != std::string::npos);
}

TEST_CASE("what a mount cannot be is refused by name", "[runtime][native]") {
  CHECK(refusal({"/m", "bind", "/x", {"idmap"}}) == "unknown option \"idmap\" of the mount at /m");
  CHECK(refusal({"/m", "nfs", "/x", {}}).find("of type nfs") != std::string::npos);
  CHECK(refusal({"/m", "bind", "relative", {}}).find("absolute") != std::string::npos);
}

TEST_CASE("a document becomes a plan", "[runtime][native]") {
  oci::RuntimeSpec spec;
  spec.process.args = {"true"};
  spec.process.rlimits = {{"RLIMIT_NOFILE", {10, 20}}};
  spec.linux_.resources.cpu_quota = 250'000;
  spec.linux_.masked_paths = {"/proc/kcore"};
  spec.linux_.devices = {{"/dev/nvidia0", "c", 195, 0, {}, {}, {}}};
  StartOptions options;
  options.upper = "/somewhere/upper";
  const auto plan = compile(spec, {"/low", "/high"}, options, "/mnt").value();
  CHECK(plan.lowers == std::vector<std::string>{"/low", "/high"});
  CHECK(plan.work == "/somewhere/upper.work");
  CHECK(plan.cpus == 3);
  CHECK(plan.limits == std::vector<native::ProcessLimit>{{RLIMIT_NOFILE, 10, 20}});
  CHECK(plan.masked == std::vector<std::string>{"proc/kcore"});
  CHECK(plan.mounts.back().source == "/dev/nvidia0");
  CHECK_FALSE(plan.own_network);
  options.network = NetworkMode::none;
  CHECK(compile(spec, {"/low"}, options, "/mnt").value().own_network);
}

TEST_CASE("hooks and unknown limits are refused", "[runtime][native]") {
  oci::RuntimeSpec spec;
  spec.hooks.poststop.emplace_back();
  CHECK(compile(spec, {"/low"}, {}, "/mnt").error().code == Code::unsupported);
  spec = {};
  spec.process.rlimits = {{"RLIMIT_MOOD", {1, 1}}};
  CHECK(compile(spec, {"/low"}, {}, "/mnt").error().what == "unknown process limit RLIMIT_MOOD");
}
