#include "runtime/native/native_engine.hpp"

#include <fcntl.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <thread>

#include "envtool/support/files.hpp"
#include "tiny_tree.hpp"

using namespace envtool;
using runtime::native::NativeEngine;
using test::TinyTree;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Run with stdout in a file; what it printed, after its exit code.
std::pair<int, std::string> run(const TinyTree& tree, const oci::RuntimeSpec& spec,
                                const runtime::StartOptions& options = {}) {
  const auto file = tree.folder() / "stdout";
  const UniqueFd out(::open(file.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600));
  const UniqueFd saved(::fcntl(1, F_DUPFD_CLOEXEC, 10));
  ::dup2(out.get(), 1);
  NativeEngine engine({tree.scratch(), false});
  const auto code = engine.run(spec, tree.rootfs(), options);
  ::dup2(saved.get(), 1);
  if (!code) return {-1, code.error().what};
  return {*code, read_file(file).value_or("")};
}

}  // namespace

TEST_CASE("a command sees the caller's ids, no capabilities and a filter", "[runtime][native][userns]") {
  const TinyTree tree;
  const auto [code, text] = run(tree, tree.spec({"inside", "id"}));
  INFO(text);
  CHECK(code == 0);
  CHECK(has(text,
            "uid " + std::to_string(::getuid()) + " gid " + std::to_string(::getgid()) + " pid 2 ppid 1"));
  CHECK(has(text, "host env"));
  CHECK(has(text, "CapEff:\t0000000000000000"));
  CHECK(has(text, "CapPrm:\t0000000000000000"));
  CHECK(has(text, "NoNewPrivs:\t1"));
  CHECK(has(text, "Seccomp:\t2"));
}

TEST_CASE("a command is refused what reaches beyond the container", "[runtime][native][userns]") {
  const TinyTree tree;
  const auto [code, text] = run(tree, tree.spec({"inside", "forbidden"}));
  INFO(text);
  for (const char* call : {"mount", "unshare", "setns", "bpf", "keyctl"})
    CHECK(has(text, std::string(call) + " Operation not permitted"));
  CHECK(has(text, "clone3 Function not implemented"));
  CHECK(has(text, "pid1-environ Permission denied"));
  CHECK(has(text, "pid1-root Permission denied"));
  CHECK(has(text, "pid1-mem Permission denied"));
}

TEST_CASE("the environment is the document's and nothing of ours", "[runtime][native][userns]") {
  const TinyTree tree;
  CHECK(run(tree, tree.spec({"inside", "env"})).second == "PATH=/bin\nMARK=inside\n");
}

TEST_CASE("exit codes are those a shell gives", "[runtime][native][userns]") {
  const TinyTree tree;
  CHECK(run(tree, tree.spec({"inside", "exit", "42"})).first == 42);
  CHECK(run(tree, tree.spec({"inside", "raise", "15"})).first == 143);
  CHECK(run(tree, tree.spec({"inside", "raise", "11"})).first == 139);
  CHECK(run(tree, tree.spec({"nosuch"})).first == 127);
  CHECK(run(tree, tree.spec({"/bin"})).first == 126);
}

TEST_CASE("writes to the root go to a tmpfs, to an upper when one is given", "[runtime][native][userns]") {
  const TinyTree tree;
  const auto spec = tree.spec({"inside", "write", "/etc/new", "text"});
  CHECK(run(tree, spec).first == 0);
  CHECK_FALSE(std::filesystem::exists(tree.root() / "etc/new"));
  runtime::StartOptions options;
  options.upper = tree.folder() / "kept";
  CHECK(run(tree, spec, options).first == 0);
  CHECK(read_file(*options.upper / "etc/new").value() == "text");
  CHECK(run(tree, tree.spec({"inside", "cat", "/etc/new"}), options).second == "text");
}

TEST_CASE("files made in a bind belong to the caller", "[runtime][native][userns]") {
  const TinyTree tree;
  const auto source = tree.folder() / "project";
  std::filesystem::create_directory(source);
  auto spec = tree.spec({"inside", "write", "made", "text"});
  spec.mounts.push_back({"/workspace", "bind", source.native(), {"rbind"}});
  spec.process.cwd = "/workspace";
  REQUIRE(run(tree, spec).first == 0);
  CHECK(read_file(source / "made").value() == "text");
  spec.mounts.back().options.push_back("ro");
  CHECK(run(tree, spec).first == 1);
}

TEST_CASE("a link in the image does not lead a mount out of it", "[runtime][native][userns]") {
  const TinyTree tree;
  const auto outside = tree.folder() / "outside";
  std::filesystem::create_directory(outside);
  std::filesystem::create_symlink(outside, tree.root() / "trap");
  auto spec = tree.spec({"inside", "exit", "0"});
  spec.mounts.push_back({"/trap/deep", "bind", "/etc", {"rbind", "ro"}});
  const auto [code, text] = run(tree, spec);
  INFO(text);
  CHECK(std::filesystem::is_empty(outside));
}

TEST_CASE("without a network there is a loopback only", "[runtime][native][userns]") {
  const TinyTree tree;
  runtime::StartOptions options;
  options.network = runtime::NetworkMode::none;
  const auto [code, text] = run(tree, tree.spec({"inside", "cat", "/proc/net/dev"}), options);
  CHECK(has(text, "lo:"));
  CHECK_FALSE(has(text, "eth"));
}

TEST_CASE("what cannot be mounted is named", "[runtime][native][userns]") {
  const TinyTree tree;
  auto spec = tree.spec({"inside"});
  spec.mounts.push_back({"/data", "bind", "/nonexistent-data", {"rbind"}});
  NativeEngine engine({tree.scratch(), false});
  const auto code = engine.run(spec, tree.rootfs(), {});
  REQUIRE_FALSE(code);
  CHECK(code.error().code == Code::not_found);
  CHECK(has(code.error().what, "/nonexistent-data"));
}

TEST_CASE("a session goes on, is joined, and ends when told", "[runtime][native][userns]") {
  const TinyTree tree;
  const auto folder = tree.folder() / "0123456789ab";
  std::filesystem::create_directory(folder);
  NativeEngine engine({tree.scratch(), false});
  auto spec = tree.spec({});
  const auto session = engine.start(spec, tree.rootfs(), {}, folder);
  REQUIRE(session);
  CHECK(session->id == "0123456789ab");
  CHECK(engine.alive(*session));
  runtime::ExecOptions options;
  options.args = {"inside", "write", "/etc/joined", "x"};
  options.env = {"PATH=/bin"};
  options.cwd = "/";
  CHECK(engine.exec(*session, options).value() == 0);
  options.args = {"inside", "cat", "/etc/joined"};
  CHECK(engine.exec(*session, options).value() == 0);
  options.args = {"inside", "exit", "7"};
  CHECK(engine.exec(*session, options).value() == 7);
  options.args = {"nosuch"};
  CHECK(engine.exec(*session, options).value() == 127);
  auto impostor = *session;
  ++impostor.init_start_time;
  CHECK_FALSE(engine.alive(impostor));
  REQUIRE(engine.stop(*session, 5));
  CHECK_FALSE(engine.alive(*session));
  REQUIRE(engine.stop(*session, 5));
  options.args = {"inside"};
  CHECK(engine.exec(*session, options).error().code == Code::not_found);
}

TEST_CASE("a session's command writes to the log and its exit code is kept", "[runtime][native][userns]") {
  const TinyTree tree;
  const auto folder = tree.folder() / "0123456789ab";
  std::filesystem::create_directory(folder);
  NativeEngine engine({tree.scratch(), false});
  const auto session = engine.start(tree.spec({"inside", "env"}), tree.rootfs(), {}, folder);
  REQUIRE(session);
  for (int i = 0; i < 200 && engine.alive(*session); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  CHECK(read_file(folder / "log").value() == "PATH=/bin\nMARK=inside\n");
  CHECK(read_file(folder / "exit").value() == "0\n");
  const auto missing = engine.start(tree.spec({"nosuch"}), tree.rootfs(), {}, folder);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == Code::not_found);
}

TEST_CASE("a memory limit is kept where a cgroup is delegated and refused where not",
          "[runtime][native][userns]") {
  const TinyTree tree;
  auto spec = tree.spec({"inside", "exit", "0"});
  spec.linux_.resources.memory_limit = 256 << 20;
  NativeEngine engine({tree.scratch(), false});
  const auto code = engine.run(spec, tree.rootfs(), {});
  if (code) {
    CHECK(*code == 0);
  } else {
    CHECK(code.error().code == Code::unsupported);
    CHECK(has(code.error().what, "memory and process limits need a delegated cgroup"));
    CHECK(has(code.error().hints.front(), "systemd-run --user --scope"));
  }
}

TEST_CASE("a quota of processors becomes an affinity", "[runtime][native][userns]") {
  const TinyTree tree;
  auto spec = tree.spec({"inside", "cat", "/proc/self/status"});
  spec.linux_.resources.cpu_quota = 100'000;
  const auto [code, text] = run(tree, spec);
  const auto at = text.find("Cpus_allowed_list:\t");
  REQUIRE(at != std::string::npos);
  const auto list = text.substr(at + 19, text.find('\n', at) - at - 19);
  CHECK(list.find_first_of(",-") == std::string::npos);
}

TEST_CASE("what the document says of a session's process limits holds", "[runtime][native][userns]") {
  const TinyTree tree;
  auto spec = tree.spec({"inside", "cat", "/proc/self/limits"});
  spec.process.rlimits = {{"RLIMIT_NOFILE", {77, 99}}};
  const auto [code, text] = run(tree, spec);
  CHECK(has(text, "Max open files            77                   99"));
}
