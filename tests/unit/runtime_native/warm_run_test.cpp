#include "runtime/native/warm_run.hpp"

#include <sys/mount.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "envtool/support/files.hpp"
#include "tiny_tree.hpp"

using namespace envtool;
using namespace envtool::runtime::native;

namespace {

WarmPlan example() {
  WarmPlan plan;
  plan.version = warm_version();
  plan.project = "/home/student/course";
  plan.stamps = {{"/home/student/course/env.yaml", 1, 2, 3, -4, 5}};
  plan.init = 77;
  plan.init_start_time = 123'456'789'012;
  plan.passed = {"ENVTOOL_TEST_PASSED", "ENVTOOL_TEST_ABSENT"};
  plan.launch.lowers = {"/a", std::string(400, 'b')};
  plan.launch.mounts = {
      {MountEntry::Kind::tmpfs, "", "tmp", MOUNT_ATTR_NODEV, {{"mode", "1777"}, {"flag", ""}}}};
  plan.launch.limits = {{7, 1, ~std::uint64_t{0}}};
  plan.launch.env = {"A=b", "ENVTOOL_TEST_PASSED=old"};
  plan.launch.cwd = "/workspace";
  plan.launch.uid = 1000;
  return plan;
}

}  // namespace

TEST_CASE("a plan survives being written and read", "[runtime][native]") {
  CHECK(parse_warm_plan(render_warm_plan(example())).value() == example());
}

TEST_CASE("a plan of another version, or a damaged one, is no plan", "[runtime][native]") {
  auto other = example();
  other.version += "x";
  CHECK_FALSE(parse_warm_plan(render_warm_plan(other)));
  const auto bytes = render_warm_plan(example());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_FALSE(parse_warm_plan(std::string_view(bytes).substr(0, size)));
  CHECK_FALSE(parse_warm_plan(bytes + "x"));
  // Counts that promise more than there is must not be believed.
  for (std::size_t at = 0; at + 8 <= bytes.size(); ++at) {
    auto broken = bytes;
    broken.replace(at, 8, 8, '\xff');
    parse_warm_plan(broken);
  }
}

TEST_CASE("a plan ends when a file that it answers has changed", "[runtime][native]") {
  const test::TinyTree tree;
  const auto input = (tree.folder() / "env.yaml").native();
  const auto file = (tree.folder() / "plan").native();
  auto plan = example();
  plan.stamps = {stamp_of(input)};
  REQUIRE(write_atomic(file, render_warm_plan(plan), 0600, false));
  CHECK(load_warm_plan(file, plan.project));
  CHECK_FALSE(load_warm_plan(file, "/home/student/other"));
  REQUIRE(write_atomic(input, "name: made\n"));
  CHECK_FALSE(load_warm_plan(file, plan.project));
  plan.stamps = {stamp_of(input)};
  REQUIRE(write_atomic(file, render_warm_plan(plan), 0600, false));
  CHECK(load_warm_plan(file, plan.project));
  REQUIRE(write_atomic(input, "name: same\n"));  // the same size, another inode and time
  CHECK_FALSE(load_warm_plan(file, plan.project));
}

TEST_CASE("what varies from call to call is filled in", "[runtime][native]") {
  ::setenv("ENVTOOL_TEST_PASSED", "new", 1);
  auto plan = example();
  fill_in(plan, {"python3", "x.py"}, "/home/student/course/week1", true);
  CHECK(plan.launch.args == std::vector<std::string>{"python3", "x.py"});
  CHECK(plan.launch.cwd == "/workspace/week1");
  CHECK(plan.launch.terminal);
  CHECK(plan.launch.env == std::vector<std::string>{"A=b", "ENVTOOL_TEST_PASSED=new"});
  ::unsetenv("ENVTOOL_TEST_PASSED");
  plan = example();
  fill_in(plan, {"x"}, "/home/student/course-other", false);
  CHECK(plan.launch.cwd == "/workspace");
}

TEST_CASE("two projects have two keys", "[runtime][native]") {
  CHECK(warm_key("/a").size() == 64);
  CHECK(warm_key("/a") == warm_key("/a"));
  CHECK(warm_key("/a") != warm_key("/b"));
  CHECK(run_plan_path("/store", "/a") == "/store/plans/" + warm_key("/a") + ".json");
}
