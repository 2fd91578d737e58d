#include "runtime/native/probe.hpp"

#include <catch2/catch.hpp>

#include "envtool/support/files.hpp"
#include "runtime/native/cgroup.hpp"
#include "tiny_tree.hpp"

using namespace envtool;
using namespace envtool::runtime::native;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

void put(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  REQUIRE(write_atomic(path, text));
}

}  // namespace

TEST_CASE("each setting that forbids user namespaces is named with the command that changes it",
          "[runtime][native]") {
  const auto fix = [](NamespaceFacts facts) { return judge_refusal(facts, "no", "/opt/bin").fix; };
  CHECK(has(fix({"0", "100", "", false}), "sudo sysctl -w kernel.unprivileged_userns_clone=1"));
  CHECK(has(fix({"1", "0", "", false}), "sudo sysctl -w user.max_user_namespaces=15000"));
  const auto apparmor = fix({"1", "100", "1", true});
  CHECK(has(apparmor, "profile envtool \"/opt/bin/{env,envtool}\""));
  CHECK(has(apparmor, "sudo apparmor_parser -r /etc/apparmor.d/envtool"));
  CHECK(has(fix({"1", "100", "0", true}), "--security-opt seccomp=unconfined"));
  CHECK(has(judge_refusal({"", "100", "", false}, "cannot mount", "/").sentence, "cannot mount"));
}

TEST_CASE("the settings are read where the kernel shows them", "[runtime][native]") {
  const test::TinyTree tree;
  put(tree.folder() / "proc/sys/kernel/unprivileged_userns_clone", "0\n");
  put(tree.folder() / "proc/sys/user/max_user_namespaces", "96365\n");
  put(tree.folder() / "proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n");
  put(tree.folder() / "proc/self/status", "Name:\tx\nSeccomp:\t2\n");
  const auto facts = read_namespace_facts(tree.folder());
  CHECK(facts.unprivileged_clone == "0");
  CHECK(facts.maximum == "96365");
  CHECK(facts.apparmor == "1");
  CHECK(facts.in_container);
  CHECK(read_namespace_facts("/nonexistent").maximum.empty());
}

TEST_CASE("a machine that can run containers is found to", "[runtime][native][userns]") {
  const auto findings = probe();
  REQUIRE(findings.size() == 3);
  CHECK(findings[0].ok);
  for (const auto& finding : findings) {
    CHECK_FALSE(finding.sentence.empty());
    CHECK(finding.ok == finding.fix.empty());
  }
}

TEST_CASE("only what this machine can or cannot do gets a hint", "[runtime][native][userns]") {
  CHECK(explain(fail(Code::io, "disk").value()).hints.empty());
  CHECK(explain(fail(Code::unsupported, "x", "own hint").value()).hints ==
        std::vector<std::string>{"own hint"});
}

TEST_CASE("the nearest cgroup that is ours and hands its controllers down is found", "[runtime][native]") {
  const test::TinyTree tree;
  const auto root = tree.folder();
  const auto groups = root / "sys/fs/cgroup";
  CHECK(has(find_delegated_cgroup({"memory"}, root).error().what, "no unified cgroup hierarchy"));
  put(groups / "cgroup.controllers", "memory pids\n");
  put(root / "proc/self/cgroup", "1:name=systemd:/x\n0::/user.slice/app.slice/shell.scope\n");
  put(groups / "user.slice/app.slice/cgroup.subtree_control", "memory pids\n");
  put(groups / "user.slice/app.slice/cgroup.procs", "");
  put(groups / "user.slice/app.slice/shell.scope/cgroup.subtree_control", "\n");
  CHECK(find_delegated_cgroup({"memory", "pids"}, root).value() == groups / "user.slice/app.slice");
  const auto refused = find_delegated_cgroup({"cpu"}, root);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::unsupported);
  CHECK(has(refused.error().hints.front(), "systemd-run --user --scope"));
}
