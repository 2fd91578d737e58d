#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "tests/unit/vcs/origin.hpp"

using namespace envtool;
using namespace envtool::vcs;
namespace fs = std::filesystem;

TEST_CASE("a branch, a tag, the default branch and commits lead to their commit", "[vcs]") {
  Origin origin;
  const auto first = origin.commit({{"a", "1"}});
  origin.tag("v1.0", first);
  origin.reference("refs/tags/light", first);
  const auto second = origin.commit({{"a", "2"}});
  origin.reference("refs/heads/topic/x", first);
  origin.reference("refs/pull/7/head", first);
  Clones clones(origin / "cache");
  CHECK(clones.fetch(origin.url()).value() == second);
  CHECK(clones.fetch(origin.url("main")).value() == second);
  CHECK(clones.fetch(origin.url("v1.0")).value() == first);
  CHECK(clones.fetch(origin.url("light")).value() == first);
  CHECK(clones.fetch(origin.url("topic/x")).value() == first);
  CHECK(clones.fetch(origin.url("refs/pull/7/head")).value() == first);
  CHECK(clones.fetch(origin.url(first)).value() == first);
  Clones empty(origin / "other-cache");
  CHECK(empty.fetch(origin.url(first)).value() == first);
  CHECK(empty.fetch(origin.url(second.substr(0, 9))).value() == second);
}

TEST_CASE("a branch that moved is fetched again, a commit that is here is not", "[vcs]") {
  Origin origin;
  const auto first = origin.commit({{"a", "1"}});
  Clones clones(origin / "cache");
  REQUIRE(clones.fetch(origin.url("main")).value() == first);
  const auto second = origin.commit({{"a", "2"}});
  CHECK(clones.fetch(origin.url("main")).value() == second);
  fs::rename(origin / "origin", origin / "gone");
  CHECK(clones.fetch(origin.url(first)).value() == first);
  const auto away = clones.fetch(origin.url("main"));
  REQUIRE_FALSE(away);
  CHECK(away.error().what.find("origin") != std::string::npos);
}

TEST_CASE("a ref that is not there names one that is near", "[vcs]") {
  Origin origin;
  origin.tag("v1.0.0", origin.commit({{"a", "1"}}));
  Clones clones(origin / "cache");
  const auto result = clones.fetch(origin.url("v1.0.1"));
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::not_found);
  REQUIRE(result.error().hints.size() == 1);
  CHECK(result.error().hints[0].find("v1.0.0") != std::string::npos);
  CHECK(clones.fetch(origin.url(std::string(40, 'a'))).error().code == Code::not_found);
  CHECK(clones.fetch(origin.url("deadbeef")).error().code == Code::not_found);
}

TEST_CASE("a stop ends a fetch", "[vcs]") {
  Origin origin;
  origin.commit({{"a", "1"}});
  std::stop_source stop;
  stop.request_stop();
  CHECK(Clones(origin / "cache").fetch(origin.url(), stop.get_token()).error().code == Code::cancelled);
}

TEST_CASE("an export has the files, their modes and one time, and no .git", "[vcs]") {
  Origin origin;
  const auto package = origin.tree({{"__init__.py", "x = 1\r\n"}});
  const auto commit = origin.commit(
      {{"latest", "pkg/__init__.py", 0120000}, {"pkg", package, 040000}, {"run.sh", "#!/bin/sh\n", 0100755}});
  Clones clones(origin / "cache");
  REQUIRE(clones.fetch(origin.url()));
  const auto old = ::umask(077);
  const auto done = clones.export_tree(origin.url(), commit, origin / "out");
  ::umask(old);
  REQUIRE(done);
  CHECK(slurp(origin / "out/pkg/__init__.py") == "x = 1\r\n");
  CHECK(fs::read_symlink(origin / "out/latest") == "pkg/__init__.py");
  CHECK_FALSE(fs::exists(origin / "out/.git"));
  for (const auto& [name, mode] :
       {std::pair{"out/run.sh", 0100755}, {"out/pkg/__init__.py", 0100644}, {"out/pkg", 040755}}) {
    struct stat status {};
    REQUIRE(::lstat((origin / name).c_str(), &status) == 0);
    CHECK(status.st_mode == static_cast<mode_t>(mode));
    CHECK(status.st_mtime == 1700000000);
  }
}

TEST_CASE("a tree that leaves its folder is hostile and leaves nothing", "[vcs]") {
  Origin origin;
  const auto evil = origin.tree({{"f", "owned"}});
  std::string tree;
  SECTION("..") { tree = origin.tree({{"..", evil, 040000}}); }
  SECTION("a name with a slash") { tree = origin.tree({{"a/../../f", "x"}}); }
  SECTION(".git") { tree = origin.tree({{".GIT", evil, 040000}}); }
  SECTION("an absolute link") { tree = origin.tree({{"l", "/etc/passwd", 0120000}}); }
  SECTION("a link up") { tree = origin.tree({{"l", "../x", 0120000}}); }
  SECTION("a link down and up") { tree = origin.tree({{"l", "a/../../x", 0120000}}); }
  SECTION("a link through a link") {
    const auto up = origin.tree({{"u", "..", 0120000}});
    tree = origin.tree({{"a", up, 040000}, {"l", "a/u/..", 0120000}});
  }
  SECTION("a link and a folder of one name") {
    tree = origin.tree({{"l", "x", 0120000}, {"l", evil, 040000}});
  }
  const auto commit = origin.commit(tree);
  // Straight into the clone's place: a server of git's own would not send some of these.
  Clones clones(origin / "cache");
  const auto url = origin.url();
  const auto result = [&]() -> Result<void> {
    ENVTOOL_TRY(const auto fetched, clones.fetch(url));
    return clones.export_tree(url, fetched, origin / "out");
  }();
  REQUIRE_FALSE(result);
  INFO(result.error().what);
  CHECK(result.error().code == Code::hostile_archive);
  CHECK_FALSE(fs::exists(origin / "out"));
}

TEST_CASE("a submodule is named", "[vcs]") {
  Origin origin;
  const auto commit = origin.commit({{"lib", "1234567890123456789012345678901234567890", 0160000}});
  Clones clones(origin / "cache");
  REQUIRE(clones.fetch(origin.url()));
  const auto result = clones.export_tree(origin.url(), commit, origin / "out");
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::unsupported);
  CHECK(result.error().what.find("lib") != std::string::npos);
}

TEST_CASE("an export into a folder that is there is refused and leaves it alone", "[vcs]") {
  Origin origin;
  const auto commit = origin.commit({{"a", "1"}});
  Clones clones(origin / "cache");
  REQUIRE(clones.fetch(origin.url()));
  fs::create_directories(origin / "out/mine");
  CHECK_FALSE(clones.export_tree(origin.url(), commit, origin / "out"));
  CHECK(fs::exists(origin / "out/mine"));
  CHECK(clones.export_tree(origin.url(), std::string(40, 'b'), origin / "new").error().code ==
        Code::not_found);
}

TEST_CASE("a commit is described by the tag before it", "[vcs]") {
  Origin origin;
  const auto first = origin.commit({{"a", "1"}});
  Clones clones(origin / "cache");
  REQUIRE(clones.fetch(origin.url()));
  CHECK_FALSE(clones.describe(origin.url(), first).value());
  origin.tag("v1.0", first);
  const auto second = origin.commit({{"a", "2"}});
  REQUIRE(clones.fetch(origin.url()));
  CHECK(clones.describe(origin.url(), second).value() == "v1.0-1-g" + second.substr(0, 7));
}
