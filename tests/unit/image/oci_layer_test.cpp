#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include <catch2/catch.hpp>

#include "envtool/image/layout_blob.hpp"
#include "envtool/image/oci_layer_unpack.hpp"
#include "tests/unit/image/deb_fixture.hpp"

using namespace envtool;
using namespace envtool::image;
namespace fs = std::filesystem;

namespace {
Result<Attributes> unpack(const DebScratch& scratch, const std::vector<TarItem>& items) {
  const std::string tar = make_tar(items);
  archive::MemoryStream stream(tar);
  return unpack_oci_layer(stream, "layer", scratch.root());
}
}  // namespace

TEST_CASE("whiteouts become what an overlay understands", "[image][oci]") {
  const DebScratch scratch;
  REQUIRE(unpack(scratch, {{folder("etc"), ""},
                           file("etc/.wh.gone", ""),
                           file("var/lib/.wh..wh..opq", ""),
                           file("etc/.wh..wh.aufs", ""),
                           file("etc/new", "n")}));
  struct stat status {};
  REQUIRE(::lstat((scratch.root() / "etc/gone").c_str(), &status) == 0);
  CHECK(S_ISCHR(status.st_mode));
  CHECK(status.st_rdev == ::makedev(0, 0));
  char value[4];
  REQUIRE(::getxattr((scratch.root() / "var/lib").c_str(), "user.overlay.opaque", value, sizeof value) == 1);
  CHECK(value[0] == 'y');
  CHECK(scratch.text("etc/new") == "n");
  std::size_t entries = 0;
  for ([[maybe_unused]] const auto& item : fs::directory_iterator(scratch.root() / "etc")) ++entries;
  CHECK(entries == 2);
}

TEST_CASE("owners and setuid bits of a layer are recorded, times stay", "[image][oci]") {
  const DebScratch scratch;
  TarItem su = file("usr/bin/su", "x", 04755);
  su.entry.uid = 5;
  su.entry.mtime = 1700000000;
  auto usr = folder("usr", 0555);
  usr.mtime = 1600000000;
  const auto attributes = unpack(scratch, {{usr, ""}, su});
  REQUIRE(attributes);
  CHECK(attributes->at("usr/bin/su").uid == 5);
  CHECK(attributes->at("usr/bin/su").mode == 04755U);
  CHECK(attributes->at("usr").mode == 0555U);
  struct stat status {};
  REQUIRE(::stat((scratch.root() / "usr/bin/su").c_str(), &status) == 0);
  CHECK(status.st_mtim.tv_sec == 1700000000);
  REQUIRE(::stat((scratch.root() / "usr").c_str(), &status) == 0);
  CHECK(status.st_mtim.tv_sec == 1600000000);
}

TEST_CASE("a layer that writes through a link out of the tree is hostile", "[image][oci][hostile]") {
  const DebScratch scratch;
  const auto result = unpack(scratch, {{link_to("x", "../.."), ""}, file("x/evil", "e")});
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::hostile_archive);
  CHECK_FALSE(fs::exists(scratch.path / "evil"));
}

TEST_CASE("an absolute link is followed inside the tree", "[image][oci]") {
  const DebScratch scratch;
  REQUIRE(unpack(scratch, {{link_to("lib", "/usr/lib"), ""}, file("lib/x", "x")}));
  CHECK(scratch.text("usr/lib/x") == "x");
}

TEST_CASE("a layer that is cut short is an error", "[image][oci][hostile]") {
  const DebScratch scratch;
  std::string tar = make_tar({file("big", std::string(5000, 'x'))});
  tar.resize(2000);
  archive::MemoryStream stream(tar);
  CHECK_FALSE(unpack_oci_layer(stream, "layer", scratch.root()));
}

TEST_CASE("a blob is found in a layout's folder and in a tar of it", "[image][oci]") {
  const DebScratch scratch;
  const Digest digest = Digest::of("blob");
  const std::string name = "blobs/sha256/" + digest.hex();
  fs::create_directories(scratch.path / "layout/blobs/sha256");
  std::ofstream(scratch.path / "layout" / name) << "blob";
  std::ofstream(scratch.path / "layout.tar") << make_tar({file("oci-layout", "{}"), file(name, "blob")});
  for (const char* layout : {"layout", "layout.tar"}) {
    const auto blob = open_layout_blob(scratch.path / layout, digest);
    REQUIRE(blob);
    CHECK(archive::read_all(**blob, 1_MiB, "blob").value() == "blob");
    const auto absent = open_layout_blob(scratch.path / layout, Digest::of("x"));
    REQUIRE_FALSE(absent);
    CHECK(absent.error().code == Code::not_found);
  }
}
