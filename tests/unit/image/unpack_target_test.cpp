#include "envtool/image/unpack_target.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "tests/unit/image/deb_fixture.hpp"

using namespace envtool;
using namespace envtool::image;
namespace fs = std::filesystem;

namespace {
Result<bool> put(UnpackTarget& target, std::size_t archive, const TarItem& item) {
  std::size_t at = 0;
  return target.add(archive, item.entry, [&](std::span<char> into) -> Result<std::size_t> {
    const std::size_t size = std::min(into.size(), item.bytes.size() - at);
    item.bytes.copy(into.data(), size, at);
    at += size;
    return size;
  });
}
}  // namespace

TEST_CASE("links to folders are followed inside the tree", "[image][deb]") {
  const DebScratch scratch;
  UnpackTarget target(scratch.root(), {"base-files", "x"});
  REQUIRE(put(target, 0, {folder("run"), ""}));
  REQUIRE(put(target, 0, {link_to("var/run", "/run"), ""}));
  REQUIRE(target.flush_links(0));
  REQUIRE(put(target, 1, file("var/run/x/y", "y")));
  REQUIRE(target.finish());
  CHECK(scratch.text("run/x/y") == "y");
}

TEST_CASE("an entry behind a link that leaves the tree is hostile", "[image][hostile]") {
  const DebScratch scratch;
  UnpackTarget target(scratch.root(), {"evil"});
  REQUIRE(put(target, 0, {link_to("out", "../../../../tmp"), ""}));
  REQUIRE(target.flush_links(0));
  const auto result = put(target, 0, file("out/x", "x"));
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::hostile_archive);
}

TEST_CASE("links that lead to each other end in an error", "[image][hostile]") {
  const DebScratch scratch;
  UnpackTarget target(scratch.root(), {"evil"});
  REQUIRE(put(target, 0, {link_to("a", "b"), ""}));
  REQUIRE(put(target, 0, {link_to("b", "a"), ""}));
  REQUIRE(target.flush_links(0));
  CHECK_FALSE(put(target, 0, file("a/x", "x")));
}

TEST_CASE("a folder beats a link of another package, whatever the order", "[image][deb]") {
  for (const bool link_first : {true, false}) {
    const DebScratch scratch;
    UnpackTarget target(scratch.root(), {"a", "b"});
    const auto add_link = [&] { REQUIRE(put(target, 0, {link_to("usr/share/doc/x", "y"), ""})); };
    if (link_first) add_link();
    REQUIRE(put(target, 1, file("usr/share/doc/x/readme", "b")));
    if (!link_first) add_link();
    REQUIRE(target.finish());
    CHECK(scratch.text("usr/share/doc/x/readme") == "b");
  }
}

TEST_CASE("of two packages with a folder the first by rank says its mode", "[image][deb]") {
  for (const std::size_t first : {0U, 1U}) {
    const DebScratch scratch;
    UnpackTarget target(scratch.root(), {"a", "b"});
    for (const std::size_t archive : {first, 1 - first})
      REQUIRE(put(target, archive, {folder("srv/x", archive == 0 ? 0750 : 0777), ""}));
    REQUIRE(target.finish());
    struct stat status {};
    REQUIRE(::stat((scratch.root() / "srv/x").c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0750);
  }
}

TEST_CASE("a folder of a lower keeps its mode, and links of a lower are followed", "[image][deb]") {
  const DebScratch scratch;
  const fs::path lower = scratch.path / "lower";
  fs::create_directories(lower / "usr/lib");
  fs::create_directories(lower / "var/spool");
  fs::permissions(lower / "var/spool", fs::perms(0711));
  fs::create_symlink("usr/lib", lower / "lib");
  UnpackTarget target(scratch.root(), {"x"}, {lower});
  REQUIRE(put(target, 0, file("lib/x.so", "x")));
  REQUIRE(put(target, 0, {folder("var/spool", 0755), ""}));
  REQUIRE(target.finish());
  CHECK(scratch.text("usr/lib/x.so") == "x");
  CHECK_FALSE(fs::exists(fs::symlink_status(scratch.root() / "lib")));
  struct stat status {};
  REQUIRE(::stat((scratch.root() / "var/spool").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0711);
}

TEST_CASE("hard links share the file and its record", "[image][deb]") {
  const DebScratch scratch;
  UnpackTarget target(scratch.root(), {"perl"});
  REQUIRE(put(target, 0, file("usr/bin/perl", "p", 04755)));
  REQUIRE(put(target, 0, {entry(archive::TarEntry::Type::hardlink, "usr/bin/perl5", 0, "usr/bin/perl"), ""}));
  REQUIRE(target.finish());
  CHECK(fs::hard_link_count(scratch.root() / "usr/bin/perl") == 2);
  CHECK(target.attributes().at("usr/bin/perl5").mode == 04755U);
}

TEST_CASE("a device is a record and an empty file", "[image][deb]") {
  const DebScratch scratch;
  UnpackTarget target(scratch.root(), {"makedev"});
  auto device = entry(archive::TarEntry::Type::character_device, "dev/null", 0666);
  device.device_major = 1;
  device.device_minor = 3;
  REQUIRE(put(target, 0, {device, ""}));
  CHECK(fs::is_regular_file(scratch.root() / "dev/null"));
  const auto attributes = target.attributes();
  CHECK(attributes.at("dev/null").device == std::pair{1U, 3U});
  CHECK(attributes.at("dev/null").device_type == 'c');
}
