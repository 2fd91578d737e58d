#include "runtime/native/build_executor.hpp"

#include <catch2/catch.hpp>
#include <thread>

#include "envtool/support/files.hpp"
#include "tiny_tree.hpp"

using namespace envtool;
using runtime::native::BuildExecutor;
using test::TinyTree;

namespace {

BuildStep step_of(const TinyTree& tree, std::vector<std::string> argv) {
  BuildStep step;
  step.lower = {tree.root()};
  step.argv = std::move(argv);
  step.env = {{"PATH", "/bin"}};
  return step;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a build step sees itself as root and its exit code comes back", "[runtime][native][userns]") {
  const TinyTree tree;
  BuildExecutor executor(tree.scratch());
  const auto outcome = executor.run(step_of(tree, {"inside", "id"}));
  REQUIRE(outcome);
  CHECK(outcome->exit_code == 0);
  CHECK(has(outcome->output, "uid 0 gid 0 pid 2"));
  CHECK(executor.run(step_of(tree, {"inside", "exit", "42"}))->exit_code == 42);
  CHECK(executor.run(step_of(tree, {"inside", "raise", "9"}))->exit_code == 137);
  CHECK(executor.run(step_of(tree, {"nosuch"}))->exit_code == 127);
  CHECK(executor.run(step_of(tree, {"/etc"}))->exit_code == 126);
}

TEST_CASE("an overlay step writes to its upper only and leaves no mount points there",
          "[runtime][native][userns]") {
  const TinyTree tree;
  BuildExecutor executor(tree.scratch());
  auto step = step_of(tree, {"inside", "write", "/etc/made", "hello"});
  step.upper = tree.folder() / "upper";
  step.binds = {{tree.root(), "/mnt/deep/inside", true}};
  const auto outcome = executor.run(step);
  REQUIRE(outcome);
  INFO(outcome->output);
  CHECK(outcome->exit_code == 0);
  CHECK(read_file(*step.upper / "etc/made").value() == "hello");
  CHECK_FALSE(std::filesystem::exists(tree.root() / "etc/made"));
  for (const char* name : {"proc", "sys", "dev", "run", "mnt"})
    CHECK_FALSE(std::filesystem::exists(*step.upper / name));
  CHECK_FALSE(std::filesystem::exists(step.upper->native() + ".work"));
}

TEST_CASE("changes of owner are recorded under the name a file ends with", "[runtime][native][userns]") {
  const TinyTree tree;
  BuildExecutor executor(tree.scratch());
  REQUIRE(write_atomic(tree.root() / "etc/owned", "x"));
  auto step = step_of(tree, {"inside", "chown", "/etc/owned", "6", "12"});
  step.upper = tree.folder() / "upper";
  step.ownership_log = tree.folder() / "owners";
  const auto outcome = executor.run(step);
  REQUIRE(outcome);
  CHECK(outcome->output == "chown ok\n");
  CHECK(read_file(*step.ownership_log).value() == "/etc/owned 6 12 0644\n");
}

TEST_CASE("a build step may fake what only another user could do", "[runtime][native][userns]") {
  const TinyTree tree;
  BuildExecutor executor(tree.scratch());
  CHECK(executor.run(step_of(tree, {"inside", "setuid"}))->output == "setuid ok\nsetgid ok\n");
  CHECK(executor.run(step_of(tree, {"inside", "mknod"}))->output == "mknod ok\n");
}

TEST_CASE("standard input reaches a build step", "[runtime][native][userns]") {
  const TinyTree tree;
  BuildExecutor executor(tree.scratch());
  auto step = step_of(tree, {"inside", "cat", "/dev/stdin"});
  step.stdin_bytes = std::string(200'000, 'a') + "\n";
  const auto outcome = executor.run(step);
  REQUIRE(outcome);
  CHECK(outcome->output == step.stdin_bytes);
}

TEST_CASE("a tree that is not there is named", "[runtime][native][userns]") {
  const TinyTree tree;
  BuildExecutor executor(tree.scratch());
  auto step = step_of(tree, {"inside"});
  step.lower = {"/nonexistent-tree"};
  const auto outcome = executor.run(step);
  REQUIRE_FALSE(outcome);
  CHECK(has(outcome.error().what, "/nonexistent-tree"));
}

TEST_CASE("a step ends when it is cancelled", "[runtime][native][userns]") {
  struct Stopping : NoEvents {
    std::stop_source source;
    [[nodiscard]] std::stop_token stop_token() const override { return source.get_token(); }
  } events;
  const TinyTree tree;
  BuildExecutor executor(tree.scratch(), &events);
  std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    events.source.request_stop();
  });
  const auto outcome = executor.run(step_of(tree, {"inside", "pause"}));
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == Code::cancelled);
}

TEST_CASE("steps run at the same time from several threads", "[runtime][native][userns]") {
  const TinyTree tree;
  std::vector<int> codes(6, -1);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < codes.size(); ++i)
      threads.emplace_back([&, i] {
        auto step = step_of(tree, {"inside", "exit", std::to_string(i)});
        step.upper = tree.folder() / ("upper" + std::to_string(i));
        if (const auto outcome = BuildExecutor(tree.scratch()).run(step)) codes[i] = outcome->exit_code;
      });
  }
  CHECK(codes == std::vector<int>{0, 1, 2, 3, 4, 5});
}
