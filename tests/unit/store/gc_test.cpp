#include <sys/stat.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>

#include "tests/unit/store/image_fixture.hpp"

using namespace envtool;
using namespace envtool::store;
namespace fs = std::filesystem;

namespace {
NoEvents events;

Root project(const Scratch& scratch, const std::string& name, const ImageId& image, int used) {
  scratch.write("projects/" + name + "/env.lock", "lock " + name);
  return {scratch.path / "projects" / name,
          Digest::of(name),
          {image},
          std::chrono::sys_seconds(std::chrono::seconds(used))};
}
}  // namespace

TEST_CASE("gc keeps what a project uses and removes the rest", "[store]") {
  const Scratch scratch;
  const auto store = Store::open(scratch.path / "store").value();
  const ImageId kept = put_image(store, "kept", {{"base"}, {"a", "b"}});
  const ImageId old = put_image(store, "old", {{"base"}, {"a", "x"}});
  const auto kept_rootfs = store.materialise(kept, events).value();
  const auto old_rootfs = store.materialise(old, events).value();
  REQUIRE(store.touch_root(project(scratch, "p", kept, 1)));
  REQUIRE(store.put_plan(Digest::of("plan"), "plan"));
  const auto report = store.gc({}, events);
  REQUIRE(report);
  CHECK(report->removed > 0);
  CHECK(report->freed.value > 0);
  CHECK(report->corrupt.empty());
  CHECK(store.find_image(kept));
  CHECK_FALSE(store.find_image(old));
  CHECK(store.find_tree(Digest::of("a")));
  CHECK_FALSE(store.find_tree(Digest::of("x")));
  CHECK(fs::exists(kept_rootfs.lowers[1]));
  CHECK_FALSE(fs::exists(old_rootfs.lowers[1]));
  CHECK_FALSE(store.find_plan(Digest::of("plan")));
  CHECK(store.materialise(kept, events));
  const auto again = store.gc({}, events);
  REQUIRE(again);
  CHECK(again->removed == 0);
}

TEST_CASE("a dry run says what would go and removes nothing", "[store]") {
  const Scratch scratch;
  const auto store = Store::open(scratch.path / "store").value();
  const ImageId id = put_image(store, "i", {{"base"}});
  GcOptions dry;
  dry.dry_run = true;
  const auto said = store.gc(dry, events);
  REQUIRE(said);
  CHECK(store.find_image(id));
  const auto done = store.gc({}, events);
  REQUIRE(done);
  CHECK(said->removed == done->removed);
  CHECK(said->freed == done->freed);
  CHECK(said->left == done->left);
}

TEST_CASE("a project without env.lock is forgotten, one on an absent disk is not", "[store]") {
  const Scratch scratch;
  const auto store = Store::open(scratch.path / "store").value();
  const ImageId gone = put_image(store, "gone", {{"a"}});
  const ImageId away = put_image(store, "away", {{"b"}});
  REQUIRE(store.touch_root(project(scratch, "gone", gone, 1)));
  fs::remove(scratch.path / "projects/gone/env.lock");
  REQUIRE(store.touch_root({"/media/stick-that-is-not-here/course", Digest::of("l"), {away}, {}}));
  REQUIRE(store.gc({}, events));
  CHECK_FALSE(store.find_image(gone));
  CHECK(store.find_image(away));
  CHECK(store.roots().size() == 1);
}

TEST_CASE("by size the least recently used project goes first", "[store]") {
  const Scratch scratch;
  const auto store = Store::open(scratch.path / "store").value();
  put_tree(store, "big-old", {{"f", std::string(3 << 20, 'x')}});
  put_tree(store, "big-new", {{"f", std::string(3 << 20, 'y')}});
  const ImageId older = put_image(store, "older", {{"big-old"}});
  const ImageId newer = put_image(store, "newer", {{"big-new"}});
  REQUIRE(store.touch_root(project(scratch, "older", older, 1)));
  REQUIRE(store.touch_root(project(scratch, "newer", newer, 2)));
  GcOptions options;
  options.keep = 4_MiB;
  options.dry_run = true;
  REQUIRE(store.gc(options, events)->left.value < (4_MiB).value);
  CHECK(store.find_image(older));
  options.dry_run = false;
  const auto report = store.gc(options, events);
  REQUIRE(report);
  CHECK(report->left.value < (4_MiB).value);
  CHECK_FALSE(store.find_image(older));
  CHECK(store.find_image(newer));
}

TEST_CASE("blobs that a lock names are kept", "[store]") {
  const Scratch scratch;
  const auto store = Store::open(scratch.path / "store").value();
  const Digest wanted = store.put_blob("wheel").value(), other = store.put_blob("other").value();
  const ImageId id = put_image(store, "i", {{"base"}});
  REQUIRE(store.touch_root(project(scratch, "p", id, 1)));
  scratch.write("projects/p/env.lock", "packages:\n- {sha256: " + wanted.hex() + ", size: 5}\n");
  REQUIRE(store.gc({}, events));
  CHECK(store.has_blob(wanted));
  CHECK_FALSE(store.has_blob(other));
}

TEST_CASE("gc waits for a build", "[store]") {
  const Scratch scratch;
  const auto store = Store::open(scratch.path / "store").value();
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto hold = store.building();
    ::write(ready[1], "x", 1) == 1 ? ::usleep(100'000) : 0;
    const ImageId id = put_image(store, "late", {{"base"}});
    const bool rooted = store.touch_root(project(scratch, "p", id, 1)).has_value();
    ::_exit(hold && rooted ? 0 : 1);
  }
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  REQUIRE(store.gc({}, events));
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK(store.find_image(Digest::of("config late")));
}

TEST_CASE("verify reports and removes what changed", "[store]") {
  const Scratch scratch;
  const auto store = Store::open(scratch.path / "store").value();
  const Digest blob = store.put_blob("bytes").value(), good = store.put_blob("good").value();
  const ImageId id = put_image(store, "i", {{"base"}, {"a", "b"}});
  REQUIRE(store.materialise(id, events));
  REQUIRE(store.touch_root(project(scratch, "p", id, 1)));
  scratch.write("projects/p/env.lock", blob.hex() + " " + good.hex());
  GcOptions options;
  options.verify = true;
  options.diff_id = [](const std::vector<Tree>& trees) -> Result<Digest> {
    for (const Tree& tree : trees)
      if (read_file(tree.root / "opt/shared").value() == "changed") return Digest{};
    return Digest::of("diff " + read_file(trees[0].root / "opt/shared").value());
  };
  REQUIRE(store.gc(options, events)->corrupt.empty());
  fs::permissions(store.blob_path(blob), fs::perms(0600));
  std::ofstream(store.blob_path(blob)) << "byteZ";
  std::ofstream(store.find_tree(Digest::of("b"))->root / "opt/shared") << "changed";
  const auto report = store.gc(options, events);
  REQUIRE(report);
  CHECK(report->corrupt.size() == 2);
  CHECK_FALSE(store.has_blob(blob));
  CHECK(store.has_blob(good));
  CHECK(store.find_tree(Digest::of("base")));
  CHECK_FALSE(store.find_tree(Digest::of("b")));
  CHECK_FALSE(store.materialise(id, events));
  put_image(store, "i", {{"base"}, {"a", "b"}});
  CHECK(store.materialise(id, events));
}
