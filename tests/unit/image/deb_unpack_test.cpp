#include "envtool/image/deb_unpack.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "tests/unit/image/deb_fixture.hpp"

using namespace envtool;
using namespace envtool::image;
namespace fs = std::filesystem;

namespace {
mode_t mode_of(const fs::path& path) {
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}
}  // namespace

TEST_CASE("a package is unpacked merged-usr, and its list keeps the names it has", "[image][deb]") {
  const DebScratch scratch;
  const fs::path deb =
      write_deb(scratch, {"tool", "", {}, {{folder("bin"), ""}, file("bin/tool", "#!", 0755)}});
  UnpackTarget target(scratch.root(), {"tool"});
  const auto unpacked = unpack_deb(deb, pin("tool"), 0, target);
  REQUIRE(unpacked);
  REQUIRE(target.finish());
  CHECK(scratch.text("usr/bin/tool") == "#!");
  CHECK(fs::read_symlink(scratch.root() / "bin") == "usr/bin");
  CHECK(unpacked->list == std::vector<std::string>{"/.", "/bin", "/bin/tool"});
}

TEST_CASE("setuid bits and owners are recorded and not on the disk", "[image][deb]") {
  const DebScratch scratch;
  auto mail = folder("var/mail", 02775);
  mail.gid = 8;
  const fs::path deb = write_deb(
      scratch, {"su", "", {}, {file("usr/bin/su", "x", 04755), file("etc/secret", "x", 0), {mail, ""}}});
  UnpackTarget target(scratch.root(), {"su"});
  REQUIRE(unpack_deb(deb, pin("su"), 0, target));
  REQUIRE(target.finish());
  CHECK(mode_of(scratch.root() / "usr/bin/su") == 0755);
  CHECK(mode_of(scratch.root() / "etc/secret") == 0400);
  CHECK(mode_of(scratch.root() / "var/mail") == 0775);
  const auto attributes = target.attributes();
  CHECK(attributes.at("usr/bin/su").mode == 04755U);
  CHECK(attributes.at("etc/secret").mode == 0U);
  CHECK(attributes.at("var/mail").gid == 8);
  CHECK(attributes.at("var/mail").mode == 02775U);
}

TEST_CASE("conffiles get their md5", "[image][deb]") {
  const DebScratch scratch;
  const fs::path deb = write_deb(
      scratch,
      {"c", "", {file("conffiles", "/etc/a\nremove-on-upgrade /etc/b\n")}, {file("etc/a", "hello\n")}});
  UnpackTarget target(scratch.root(), {"c"});
  const auto unpacked = unpack_deb(deb, pin("c"), 0, target);
  REQUIRE(unpacked);
  REQUIRE(unpacked->conffiles.size() == 1);
  CHECK(unpacked->conffiles[0] ==
        std::pair<std::string, std::string>{"/etc/a", "b1946ac92492d2347c6235b4d2611184"});
}

TEST_CASE("another package than the pinned one is refused", "[image][deb]") {
  const DebScratch scratch;
  const fs::path deb = write_deb(scratch, {"real", "", {}, {}});
  UnpackTarget target(scratch.root(), {"pinned"});
  const auto unpacked = unpack_deb(deb, pin("pinned"), 0, target);
  REQUIRE_FALSE(unpacked);
  CHECK(unpacked.error().code == Code::bad_input);
  CHECK(unpacked.error().what.find("real") != std::string::npos);
  CHECK(unpacked.error().chain.back().find("pinned") != std::string::npos);
}

TEST_CASE("bytes that are no package are refused", "[image][deb]") {
  const DebScratch scratch;
  std::ofstream(scratch.path / "x.deb") << "<html>";
  UnpackTarget target(scratch.root(), {"x"});
  CHECK_FALSE(unpack_deb(scratch.path / "x.deb", pin("x"), 0, target));
  std::ofstream(scratch.path / "empty.deb") << "";
  CHECK_FALSE(unpack_deb(scratch.path / "empty.deb", pin("x"), 0, target));
}

TEST_CASE("two packages with the same file conflict unless one replaces the other", "[image][deb]") {
  const std::vector<std::vector<int>> orders = {{0, 1}, {1, 0}};
  for (const auto& order : orders) {
    const DebScratch scratch;
    const DebSource sources[] = {{"a", "Replaces: x, b (<< 2)\n", {}, {file("etc/f", "a")}},
                                 {"b", "", {}, {file("etc/f", "b"), file("etc/g", "b")}}};
    UnpackTarget target(scratch.root(), {"a", "b"});
    for (const int i : order) {
      const auto unpacked = unpack_deb(write_deb(scratch, sources[i]), pin(sources[i].name),
                                       static_cast<std::size_t>(i), target);
      REQUIRE(unpacked);
    }
    CHECK(scratch.text("etc/f") == "a");
    CHECK(scratch.text("etc/g") == "b");
  }
  const DebScratch scratch;
  UnpackTarget target(scratch.root(), {"a", "b"});
  REQUIRE(unpack_deb(write_deb(scratch, {"a", "", {}, {file("etc/f", "a")}}), pin("a"), 0, target));
  const auto second =
      unpack_deb(write_deb(scratch, {"b", "", {}, {file("etc/f", "b")}}), pin("b"), 1, target);
  REQUIRE_FALSE(second);
  CHECK(second.error().what == "/etc/f is in both a and b");
}

TEST_CASE("a preinst counts when it does more than care for older versions", "[image][deb]") {
  UnpackedDeb deb;
  CHECK_FALSE(deb.needs_preinst());
  deb.members.push_back(
      {"preinst", "#!/bin/sh\nset -e\n\ndpkg-maintscript-helper rm_conffile /etc/x 1 -- \"$@\"\n", true});
  CHECK_FALSE(deb.needs_preinst());
  deb.members[0].bytes += "mkdir -p /var/lib/x\n";
  CHECK(deb.needs_preinst());
}

TEST_CASE("over a system, a package that diverts is left to dpkg", "[image][deb]") {
  const DebScratch scratch;
  fs::create_directories(scratch.path / "lower");
  const fs::path deb = write_deb(
      scratch, {"d", "", {file("preinst", "#!/bin/sh\ndpkg-divert --add /x\n", 0755)}, {file("x", "d")}});
  UnpackTarget target(scratch.root(), {"d"}, {scratch.path / "lower"});
  const auto unpacked = unpack_deb(deb, pin("d"), 0, target);
  REQUIRE(unpacked);
  CHECK(unpacked->by_dpkg);
  CHECK(fs::is_empty(scratch.root()));
}
