#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "tests/unit/store/image_fixture.hpp"

using namespace envtool;
using namespace envtool::store;
namespace fs = std::filesystem;

TEST_CASE("an image is found with what was put", "[store]") {
  const Scratch scratch;
  const auto store = Store::open(scratch.path).value();
  const ImageId id = put_image(store, "c", {{"base"}, {"a", "b"}});
  CHECK(id == Digest::of("config c"));
  const auto image = store.find_image(id);
  REQUIRE(image);
  CHECK(image->config == "config c");
  CHECK(image->manifest == "manifest c");
  CHECK(image->layers.size() == 2);
  CHECK(put_image(store, "c", {{"base"}, {"a", "b"}}) == id);
}

TEST_CASE("an image of absent layers is refused", "[store]") {
  const Scratch scratch;
  const auto store = Store::open(scratch.path).value();
  auto id = store.put_image("config", "manifest", {Digest::of("layer")});
  REQUIRE_FALSE(id);
  CHECK(id.error().code == Code::internal);
}

TEST_CASE("an image whose config was edited is absent, and is put again", "[store]") {
  const Scratch scratch;
  const auto store = Store::open(scratch.path).value();
  const ImageId id = put_image(store, "c", {{"base"}});
  scratch.write("images/" + id.hex() + "/config.json", "config d");
  CHECK_FALSE(store.find_image(id));
  put_image(store, "c", {{"base"}});
  CHECK(store.find_image(id));
}

TEST_CASE("wheels become one lower and the base stays its own", "[store]") {
  const Scratch scratch;
  const auto store = Store::open(scratch.path).value();
  const ImageId id = put_image(store, "c", {{"base"}, {"a", "b"}, {"c"}});
  NoEvents events;
  const auto rootfs = store.materialise(id, events);
  REQUIRE(rootfs);
  REQUIRE(rootfs->lowers.size() == 2);
  CHECK(rootfs->lowers[0] == store.find_tree(Digest::of("base"))->root);
  for (const char* name : {"a", "b", "c"}) CHECK(fs::exists(rootfs->lowers[1] / "opt" / name));
  CHECK(read_file(rootfs->lowers[1] / "opt/shared").value() == "c");
  CHECK(store.materialise(id, events)->lowers == rootfs->lowers);
}

TEST_CASE("a tree with whiteouts is a lower of its own", "[store]") {
  const Scratch scratch;
  const auto store = Store::open(scratch.path).value();
  TreeRecord whiteouts;
  whiteouts.whiteouts = true;
  put_tree(store, "system", {{"usr/x", "1"}}, whiteouts);
  const ImageId id = put_image(store, "c", {{"base"}, {"system"}, {"a", "b"}});
  NoEvents events;
  CHECK(store.materialise(id, events)->lowers.size() == 3);
}

TEST_CASE("a large tree is a lower of its own, those around it keep their order", "[store]") {
  const Scratch scratch;
  const auto store = Store::open(scratch.path).value();
  TreeRecord large;
  large.entries = 12'000;
  put_tree(store, "torch", {{"opt/shared", "torch"}}, large);
  const ImageId id = put_image(store, "c", {{"base"}, {"a", "b"}, {"torch"}, {"x", "y"}});
  NoEvents events;
  const auto rootfs = store.materialise(id, events);
  REQUIRE(rootfs);
  REQUIRE(rootfs->lowers.size() == 4);
  CHECK(rootfs->lowers[2] == store.find_tree(Digest::of("torch"))->root);
  CHECK(read_file(rootfs->lowers[3] / "opt/shared").value() == "y");
}

TEST_CASE("an image that is not there cannot be materialised", "[store]") {
  const Scratch scratch;
  const auto store = Store::open(scratch.path).value();
  NoEvents events;
  const auto rootfs = store.materialise(Digest::of("x"), events);
  REQUIRE_FALSE(rootfs);
  CHECK(rootfs.error().code == Code::not_found);
}
