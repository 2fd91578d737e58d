#include "envtool/store/store.hpp"

#include <sys/stat.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/unit/store/scratch.hpp"

using namespace envtool;
using namespace envtool::store;
namespace fs = std::filesystem;

TEST_CASE("opening makes a private folder and opening again changes nothing", "[store]") {
  const Scratch scratch;
  auto first = Store::open(scratch.path / "deep" / "store");
  REQUIRE(first);
  struct stat status {};
  REQUIRE(::stat(first->folder().c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0700);
  CHECK(first->folder().is_absolute());
  CHECK(Store::open(first->folder()));
}

TEST_CASE("a store of a newer envtool is refused with a hint", "[store]") {
  const Scratch scratch;
  REQUIRE(Store::open(scratch.path));
  scratch.write("format", "2\n");
  auto store = Store::open(scratch.path);
  REQUIRE_FALSE(store);
  CHECK(store.error().code == Code::unsupported);
  CHECK(store.error().what.find("format 2") != std::string::npos);
  CHECK_FALSE(store.error().hints.empty());
}

TEST_CASE("a half made store is completed", "[store]") {
  const Scratch scratch;
  fs::create_directories(scratch.path / "trees");
  scratch.write("format", "");
  REQUIRE(Store::open(scratch.path));
  CHECK(fs::is_directory(scratch.path / "plans"));
}

TEST_CASE("a store below a file cannot be opened", "[store]") {
  const Scratch scratch;
  scratch.write("file", "x");
  auto store = Store::open(scratch.path / "file" / "store");
  REQUIRE_FALSE(store);
  CHECK(store.error().code == Code::io);
}

TEST_CASE("a blob is found under its digest", "[store]") {
  const Scratch scratch;
  const auto store = Store::open(scratch.path);
  REQUIRE(store);
  CHECK_FALSE(store->has_blob(Digest::of("bytes")));
  auto digest = store->put_blob("bytes");
  REQUIRE(digest);
  CHECK(*digest == Digest::of("bytes"));
  CHECK(store->has_blob(*digest));
  CHECK(read_file(store->blob_path(*digest)).value() == "bytes");
  REQUIRE(store->put_blob("bytes"));
}

TEST_CASE("an adopted blob leaves partial/", "[store]") {
  const Scratch scratch;
  const auto store = Store::open(scratch.path);
  REQUIRE(store);
  const Digest digest = Digest::of("download");
  std::ofstream(store->partial_path(digest)) << "download";
  REQUIRE(store->adopt_blob(digest, store->partial_path(digest)));
  CHECK(store->has_blob(digest));
  CHECK_FALSE(fs::exists(store->partial_path(digest)));
  CHECK_FALSE(store->adopt_blob(digest, scratch.path / "absent"));
}

TEST_CASE("one process works on a key at a time", "[store]") {
  const Scratch scratch;
  const auto store = Store::open(scratch.path);
  REQUIRE(store);
  const Digest key = Digest::of("key");
  auto held = store->lock(key);
  REQUIRE(held);
  const pid_t child = ::fork();
  if (child == 0) {
    auto second = FileLock::try_acquire(store->folder() / "locks" / key.hex());
    ::_exit(second && second->held() ? 1 : 0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("a plan is found again, a torn one is not", "[store]") {
  const Scratch scratch;
  const auto store = Store::open(scratch.path);
  REQUIRE(store);
  const Digest key = Digest::of("yaml and lock");
  CHECK_FALSE(store->find_plan(key));
  REQUIRE(store->put_plan(key, std::string("a\0plan\n", 7)));
  CHECK(store->find_plan(key) == std::string("a\0plan\n", 7));
  const fs::path path = store->folder() / "plans" / key.hex();
  fs::resize_file(path, fs::file_size(path) - 2);
  CHECK_FALSE(store->find_plan(key));
  std::ofstream(path) << "";
  CHECK_FALSE(store->find_plan(key));
}

TEST_CASE("roots are listed by project and the last touch wins", "[store]") {
  const Scratch scratch;
  const auto store = Store::open(scratch.path);
  REQUIRE(store);
  const Root b{
      "/p/b \xff", Digest::of("lock"), {Digest::of("i")}, std::chrono::sys_seconds(std::chrono::seconds(7))};
  Root a{"/p/a", Digest::of("old"), {}, {}};
  REQUIRE(store->touch_root(b));
  REQUIRE(store->touch_root(a));
  a.lock = Digest::of("new");
  REQUIRE(store->touch_root(a));
  const auto roots = store->roots();
  REQUIRE(roots.size() == 2);
  CHECK(roots[0].lock == Digest::of("new"));
  CHECK(roots[1].project == b.project);
  CHECK(roots[1].used == b.used);
  CHECK(roots[1].images == b.images);
}
