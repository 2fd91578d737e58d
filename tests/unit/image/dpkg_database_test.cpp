#include "envtool/image/dpkg_database.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "tests/unit/image/deb_fixture.hpp"

using namespace envtool;
using namespace envtool::image;
namespace fs = std::filesystem;

namespace {
UnpackedDeb deb(const std::string& name) {
  UnpackedDeb out;
  out.name = name;
  out.architecture = "amd64";
  out.control = "Package: " + name + "\nVersion: 1\nArchitecture: amd64\nDescription: x\n y\n";
  out.list = {"/.", "/usr", "/usr/share", "/usr/share/man", "/usr/share/man/" + name + ".1"};
  return out;
}
}  // namespace

TEST_CASE("the status of an unpacked package", "[image][deb]") {
  UnpackedDeb package = deb("b");
  package.conffiles = {{"/etc/b", "0123"}};
  const UnpackedDeb debs[] = {package, deb("a")};
  CHECK(render_status("", debs) ==
        "Package: a\nStatus: install ok unpacked\nVersion: 1\nArchitecture: amd64\nDescription: x\n y\n\n"
        "Package: b\nStatus: install ok unpacked\nVersion: 1\nArchitecture: amd64\nDescription: x\n y\n"
        "Conffiles:\n /etc/b 0123\n\n");
}

TEST_CASE("what is installed below stays, in order, and a newer version replaces it", "[image][deb]") {
  const std::string before =
      "Package: z\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n"
      "Package: a\nStatus: install ok installed\nArchitecture: amd64\nVersion: 0\n";
  const UnpackedDeb debs[] = {deb("a")};
  const std::string status = render_status(before, debs);
  CHECK(status.find("Version: 0") == std::string::npos);
  CHECK(status.find("Package: a\nStatus: install ok unpacked") == 0);
  CHECK(status.find("Package: z\nStatus: install ok installed") != std::string::npos);
}

TEST_CASE("the info files carry the architecture where a package is multi-arch same", "[image][deb]") {
  const DebScratch scratch;
  UnpackedDeb package = deb("libc6");
  package.multi_arch_same = true;
  package.members = {{"postinst", "#!/bin/sh\n", true}, {"md5sums", "x\n", false}};
  const UnpackedDeb debs[] = {package};
  REQUIRE(write_dpkg_database(scratch.root(), {}, debs));
  const fs::path info = "var/lib/dpkg/info";
  CHECK(scratch.text(info / "libc6:amd64.list").starts_with("/.\n/usr\n"));
  CHECK(scratch.text(info / "libc6:amd64.md5sums") == "x\n");
  CHECK(scratch.text(info / "format") == "1\n");
  struct stat status {};
  REQUIRE(::stat((scratch.root() / info / "libc6:amd64.postinst").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0755);
  CHECK(fs::is_directory(scratch.root() / "var/lib/dpkg/updates"));
}

TEST_CASE("trigger interests are written as dpkg would", "[image][deb]") {
  UnpackedDeb man = deb("man-db"), libc = deb("libc-bin");
  man.members = {{"triggers", "# comment\ninterest-noawait /usr/share/man\n", false}};
  libc.members = {{"triggers", "interest-await ldconfig\nactivate-noawait x\ninterest ../evil\n", false}};
  const UnpackedDeb debs[] = {libc, man};
  const TriggerInterests interests = trigger_interests(debs);
  CHECK(interests.file_lines == std::vector<std::string>{"/usr/share/man man-db/noawait"});
  CHECK(interests.explicit_lines ==
        std::vector<std::pair<std::string, std::string>>{{"ldconfig", "libc-bin"}});
}

TEST_CASE("new files set off the triggers of installed packages", "[image][deb]") {
  const UnpackedDeb debs[] = {deb("x")};
  CHECK(activated_triggers("/usr/share/man man-db/noawait\n/usr/share/manual y\n/etc z\n", debs) ==
        std::vector<std::string>{"/usr/share/man -"});
}

TEST_CASE("over a base the database is its own and the new packages", "[image][deb]") {
  const DebScratch scratch;
  const fs::path lower = scratch.path / "lower";
  fs::create_directories(lower / "var/lib/dpkg/triggers");
  std::ofstream(lower / "var/lib/dpkg/status")
      << "Package: base\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n\n";
  std::ofstream(lower / "var/lib/dpkg/triggers/File") << "/usr/share/man man-db/noawait\n";
  const UnpackedDeb debs[] = {deb("x")};
  const fs::path lowers[] = {lower};
  REQUIRE(write_dpkg_database(scratch.root(), lowers, debs));
  CHECK(scratch.text("var/lib/dpkg/status").find("Package: base") == 0);
  CHECK(scratch.text("var/lib/dpkg/status").find("Package: x") != std::string::npos);
  CHECK(scratch.text("var/lib/dpkg/triggers/Unincorp") == "/usr/share/man -\n");
  CHECK(scratch.text("var/lib/dpkg/diversions") == "absent");
}
