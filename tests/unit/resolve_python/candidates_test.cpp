// Which release of a package is taken.
#include <catch2/catch.hpp>

#include "fake_index.hpp"

namespace envtool::resolve::python::test {

TEST_CASE("the newest versions are taken, with what they need", "[resolve][python]") {
  FakeIndex index;
  index.add({"app", "1.0", {"lib>=1"}});
  index.add({"app", "2.0", {"lib<2", "gone; sys_platform == 'win32'"}});
  index.add({"lib", "1.5"});
  index.add({"lib", "2.0"});
  Asking ask(index);
  ask.want("app");
  CHECK(ask.picks() == "app 2.0, lib 1.5");
  CHECK(index.server.hits("/simple/gone/") == 0);
}

TEST_CASE("a wheel is chosen by the image's tags, best first", "[resolve][python]") {
  FakeIndex index;
  index.add({"num", "1.0", {}, "cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64"});
  index.add({"num", "1.0", {}, "py3-none-any"});
  index.add({"num", "2.0", {}, "cp312-cp312-manylinux_2_17_x86_64"});
  index.add({"num", "3.0", {}, "cp311-cp311-macosx_11_0_arm64"});
  index.add({"num", "4.0", {}, "cp311-cp311-manylinux_2_39_x86_64"});
  Asking ask(index);
  ask.want("num");
  auto solution = ask.resolve();
  REQUIRE(solution.has_value());
  const auto& wheel = std::get<project::LockedWheel>(solution->packages[0].front().source);
  CHECK(contains(wheel.artifact.url, "num-1.0-cp311"));
  CHECK(wheel.artifact.size.value > 0);
  CHECK(solution->packages[0].front().index == "pypi");
}

TEST_CASE("Requires-Python is evaluated exactly, upper bounds too", "[resolve][python]") {
  FakeIndex index;
  index.add({"a", "1.0", {}, "py3-none-any", R"(,"requires-python":">=3.8")"});
  index.add({"a", "2.0", {}, "py3-none-any", R"(,"requires-python":">=3.11.3")"});
  index.add({"a", "3.0", {}, "py3-none-any", R"(,"requires-python":"<3.11")"});
  Asking ask(index);
  ask.want("a");
  CHECK(ask.picks() == "a 1.0");
}

TEST_CASE("a yanked release is chosen only when pinned exactly or locked", "[resolve][python]") {
  FakeIndex index;
  index.add({"a", "1.0"});
  index.add({"a", "2.0", {}, "py3-none-any", R"(,"yanked":"broken on Tuesdays")"});
  SECTION("not by itself") {
    Asking ask(index);
    ask.want("a>=1");
    CHECK(ask.picks() == "a 1.0");
  }
  SECTION("pinned") {
    Asking ask(index);
    ask.want("a==2.0");
    CHECK(ask.picks() == "a 2.0");
    CHECK(contains(ask.events.warnings, "yanked by its authors: broken on Tuesdays"));
  }
  SECTION("locked") {
    Asking ask(index);
    ask.want("a");
    ask.problem.targets[0].pins["a"] = "2.0";
    CHECK(ask.picks() == "a 2.0");
  }
}

TEST_CASE("stable versions come first, a pre-release is said aloud", "[resolve][python]") {
  FakeIndex index;
  index.add({"a", "1.0"});
  index.add({"a", "2.0rc1"});
  Asking ask(index);
  ask.want("a");
  CHECK(ask.picks() == "a 1.0");
  Asking newer(index);
  newer.want("a>1.0");
  CHECK(newer.picks() == "a 2.0rc1");
  CHECK(contains(newer.events.warnings, "a 2.0rc1 is a pre-release"));
}

TEST_CASE("exclude-newer holds for each file, and needs upload times", "[resolve][python]") {
  FakeIndex index;
  Wheel old{"a", "1.0"}, fresh{"a", "2.0"}, unknown{"b", "1.0"};
  fresh.upload_time = "2025-01-01T00:00:00Z";
  unknown.upload_time = "";
  for (const auto& wheel : {old, fresh, unknown}) index.add(wheel);
  Asking ask(index);
  ask.problem.exclude_newer = std::chrono::sys_seconds(std::chrono::seconds(1'720'000'000));
  ask.want("a");
  CHECK(ask.picks() == "a 1.0");
  ask.want("b");
  CHECK(contains(ask.picks(), "does not say when it was uploaded, so exclude-newer cannot hold"));
}

TEST_CASE("a file without sha256 is never taken", "[resolve][python]") {
  FakeIndex index;
  Wheel bare{"a", "1.0"};
  bare.sha256 = "none";
  index.add(bare);
  Asking ask(index);
  ask.want("a");
  CHECK(contains(ask.picks(), "gives no sha256"));
}

TEST_CASE("a years-old pick is said aloud", "[resolve][python]") {
  FakeIndex index;
  Wheel old{"a", "1.0"}, fresh{"a", "2.0", {}, "cp312-cp312-manylinux_2_17_x86_64"};
  old.upload_time = "2019-03-01T00:00:00Z";
  index.add(old);
  index.add(fresh);
  Asking ask(index);
  ask.want("a");
  CHECK(ask.picks() == "a 1.0");
  CHECK(contains(ask.events.warnings, "a 1.0 is of 2019, 5 years older than the newest release 2.0"));
}

TEST_CASE("the previous lock's pins are kept while they fit", "[resolve][python]") {
  FakeIndex index;
  for (const char* version : {"1.0", "1.1", "2.0"}) index.add({"a", version});
  Asking ask(index);
  ask.problem.targets[0].pins["a"] = "1.1";
  ask.want("a");
  CHECK(ask.picks() == "a 1.1");
  ask.want("a>=2");
  CHECK(ask.picks() == "a 2.0");
}

TEST_CASE("each platform's own wheel speaks for it", "[resolve][python]") {
  FakeIndex index;
  index.add({"a", "1.0", {"x"}, "cp311-cp311-manylinux_2_17_x86_64"});
  index.add({"a", "1.0", {"y"}, "cp311-cp311-manylinux_2_17_aarch64"});
  index.add({"x", "1.0"});
  index.add({"y", "1.0"});
  Asking ask(index);
  ask.problem.targets.push_back({{"linux", "arm64"}, "3.11.2", "glibc 2.36", {}});
  ask.want("a");
  CHECK(ask.picks(0) == "a 1.0, x 1.0");
  CHECK(ask.picks(1) == "a 1.0, y 1.0");
}

TEST_CASE("platforms get the same versions where they can, and a difference is noted", "[resolve][python]") {
  FakeIndex index;
  index.add({"a", "1.0"});
  index.add({"b", "1.0", {}, "cp311-cp311-manylinux_2_17_x86_64"});
  index.add({"b", "1.0", {}, "cp311-cp311-manylinux_2_17_aarch64"});
  index.add({"b", "2.0", {}, "cp311-cp311-manylinux_2_17_aarch64"});
  index.add({"c", "1.0", {}, "cp311-cp311-manylinux_2_17_aarch64"});
  index.add({"c", "2.0", {}, "cp311-cp311-manylinux_2_17_x86_64"});
  Asking ask(index);
  ask.problem.targets.push_back({{"linux", "arm64"}, "3.11.2", "glibc 2.36", {}});
  for (const char* name : {"a", "b", "c"}) ask.want(name);
  CHECK(ask.picks(1) == "a 1.0, b 1.0, c 1.0");
  CHECK(ask.events.notes == "c differs between platforms: 2.0 on linux/amd64, 1.0 on linux/arm64\n");
}

}  // namespace envtool::resolve::python::test
