#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "envtool/store/hardlink_union.hpp"
#include "tests/unit/store/scratch.hpp"

using namespace envtool;
using namespace envtool::store;
namespace fs = std::filesystem;

TEST_CASE("a union links files, keeps links and folder modes, and lets the later tree win", "[store]") {
  const Scratch scratch;
  scratch.write("a/lib/one", "a");
  scratch.write("a/lib/both", "a");
  scratch.write("b/lib/both", "b");
  scratch.write("b/lib/deep/two", "b");
  fs::create_symlink("../gone", scratch.path / "b/lib/link");
  fs::permissions(scratch.path / "b/lib", fs::perms(0750));
  const fs::path out = scratch.path / "out";
  const auto counts = hardlink_union({scratch.path / "a", scratch.path / "b"}, out);
  REQUIRE(counts);
  CHECK(counts->linked == 4);
  CHECK(counts->copied == 0);
  CHECK(read_file(out / "lib/both").value() == "b");
  CHECK(fs::read_symlink(out / "lib/link") == "../gone");
  struct stat ours {
  }, theirs{};
  REQUIRE(::stat((out / "lib/one").c_str(), &ours) == 0);
  REQUIRE(::stat((scratch.path / "a/lib/one").c_str(), &theirs) == 0);
  CHECK(ours.st_ino == theirs.st_ino);
  REQUIRE(::stat((out / "lib").c_str(), &ours) == 0);
  REQUIRE(::stat((scratch.path / "b/lib").c_str(), &theirs) == 0);
  CHECK((ours.st_mode & 07777) == 0750);
  CHECK(ours.st_mtim.tv_sec == theirs.st_mtim.tv_sec);
}

TEST_CASE("a file over a folder and a folder over a file", "[store]") {
  const Scratch scratch;
  scratch.write("a/x/deep/file", "a");
  scratch.write("a/y", "a");
  scratch.write("b/x", "b");
  scratch.write("b/y/file", "b");
  const fs::path out = scratch.path / "out";
  REQUIRE(hardlink_union({scratch.path / "a", scratch.path / "b"}, out));
  CHECK(read_file(out / "x").value() == "b");
  CHECK(read_file(out / "y/file").value() == "b");
}

TEST_CASE("an absent tree is an error", "[store]") {
  const Scratch scratch;
  CHECK_FALSE(hardlink_union({scratch.path / "absent"}, scratch.path / "out"));
}
