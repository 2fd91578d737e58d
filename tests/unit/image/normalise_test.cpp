#include "envtool/image/normalise.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <catch2/catch.hpp>

#include "tests/unit/image/deb_fixture.hpp"

using namespace envtool;
using namespace envtool::image;
namespace fs = std::filesystem;

namespace {
void put(const DebScratch& scratch, const std::string& path, const std::string& bytes = "x",
         int mode = 0644) {
  fs::create_directories((scratch.root() / path).parent_path());
  std::ofstream(scratch.root() / path) << bytes;
  REQUIRE(::chmod((scratch.root() / path).c_str(), static_cast<mode_t>(mode)) == 0);
}
bool there(const DebScratch& scratch, const std::string& path) {
  return fs::exists(fs::symlink_status(scratch.root() / path));
}
}  // namespace

TEST_CASE("what one moment left goes, what packages own stays", "[image]") {
  const DebScratch scratch;
  for (const char* path : {"var/log/dpkg.log", "var/log/apt/term.log", "var/cache/ldconfig/aux-cache",
                           "var/lib/dpkg/status-old", "etc/passwd-", "usr/lib/python3/__pycache__/a.pyc",
                           "usr/lib/a.pyc", "tmp/x", "etc/hostname", "var/cache/apt/archives/partial/x.deb"})
    put(scratch, path);
  put(scratch, "var/log/wtmp");
  put(scratch, "etc/keep");
  Attributes attributes;
  const auto done = normalise(scratch.root(), attributes);
  REQUIRE(done);
  for (const char* path : {"var/log/dpkg.log", "var/log/apt/term.log", "var/cache/ldconfig/aux-cache",
                           "var/lib/dpkg/status-old", "etc/passwd-", "usr/lib/python3/__pycache__",
                           "usr/lib/a.pyc", "tmp/x", "etc/hostname", "var/cache/apt/archives/partial/x.deb"})
    CHECK_FALSE(there(scratch, path));
  CHECK(there(scratch, "var/cache/apt/archives/partial"));
  CHECK(scratch.text("var/log/wtmp").empty());
  CHECK(scratch.text("etc/keep") == "x");
  struct stat status {};
  REQUIRE(::stat((scratch.root() / "etc/keep").c_str(), &status) == 0);
  CHECK(status.st_mtim.tv_sec == 315532800);
  REQUIRE(::stat((scratch.root() / "etc").c_str(), &status) == 0);
  CHECK(status.st_mtim.tv_sec == 315532800);
}

TEST_CASE("private keys that a script made are removed and told", "[image]") {
  const DebScratch scratch;
  put(scratch, "etc/ssh/ssh_host_rsa_key");
  put(scratch, "etc/ssh/ssh_config");
  Attributes attributes;
  const auto done = normalise(scratch.root(), attributes);
  REQUIRE(done);
  CHECK(done->secrets == std::vector<std::string>{"/etc/ssh/ssh_host_rsa_key"});
  CHECK(there(scratch, "etc/ssh/ssh_config"));
}

TEST_CASE("bits on the disk become attributes, and a script's mode beats the archive's", "[image]") {
  const DebScratch scratch;
  put(scratch, "usr/bin/su", "x", 04755);
  put(scratch, "usr/bin/known", "x", 0755);
  put(scratch, "usr/bin/changed", "x", 0700);
  Attributes attributes;
  for (const char* name : {"usr/bin/known", "usr/bin/changed", "usr/bin/gone"})
    attributes[name] = {name, 0, 0, 02755, std::nullopt, std::nullopt, 0};
  REQUIRE(normalise(scratch.root(), attributes));
  CHECK(attributes.at("usr/bin/su").mode == 04755U);
  CHECK(attributes.at("usr/bin/known").mode == 02755U);
  CHECK(attributes.count("usr/bin/changed") == 0);
  CHECK(attributes.count("usr/bin/gone") == 0);
  struct stat status {};
  REQUIRE(::stat((scratch.root() / "usr/bin/su").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0755);
}

TEST_CASE("the days in /etc/shadow are fixed", "[image]") {
  CHECK(fix_shadow("root:*:20000:0:99999:7:::\nx:!::::::\n") == "root:*:3652:0:99999:7:::\nx:!::::::\n");
  CHECK(fix_shadow("").empty());
  CHECK(fix_shadow("odd") == "odd");
}

TEST_CASE("an overlay's bookkeeping goes, its whiteouts stay and are told", "[image]") {
  const DebScratch scratch;
  put(scratch, "etc/x");
  REQUIRE(::mknod((scratch.root() / "etc/deleted").c_str(), S_IFCHR, 0) == 0);
  const fs::path folder_path = scratch.root() / "etc";
  REQUIRE(::setxattr(folder_path.c_str(), "user.overlay.impure", "y", 1, 0) == 0);
  REQUIRE(::setxattr(folder_path.c_str(), "user.overlay.opaque", "y", 1, 0) == 0);
  const fs::path lowers[] = {scratch.path / "lower"};
  fs::create_directories(lowers[0] / "etc");
  fs::create_directories(scratch.root() / "opt");
  REQUIRE(::setxattr((scratch.root() / "opt").c_str(), "user.overlay.opaque", "y", 1, 0) == 0);
  Attributes attributes;
  attributes["etc/deleted"] = {"etc/deleted", 1, 1, std::nullopt, std::nullopt, std::nullopt, 0};
  const auto done = normalise(scratch.root(), attributes, lowers);
  REQUIRE(done);
  CHECK(done->whiteouts);
  CHECK(attributes.empty());
  char value[4];
  CHECK(::getxattr(folder_path.c_str(), "user.overlay.impure", value, sizeof value) < 0);
  CHECK(::getxattr(folder_path.c_str(), "user.overlay.opaque", value, sizeof value) == 1);
  CHECK(::getxattr((scratch.root() / "opt").c_str(), "user.overlay.opaque", value, sizeof value) < 0);
  REQUIRE(::setxattr(folder_path.c_str(), "user.overlay.redirect", "/a", 2, 0) == 0);
  const auto refused = normalise(scratch.root(), attributes);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::unsupported);
}

TEST_CASE("owners come from the log, and what was copied up inherits them", "[image]") {
  const DebScratch scratch;
  put(scratch, "etc/shadow");
  put(scratch, "etc/a b");
  Attributes attributes;
  apply_ownership_log("/etc/shadow 0 42 0640\n/etc/a b 7 8 0644\nnonsense\n/x 1 2\n", attributes);
  CHECK(attributes.at("etc/shadow").gid == 42);
  CHECK(attributes.at("etc/a b").uid == 7);
  CHECK(attributes.size() == 2);
  store::Tree lower;
  lower.record.attributes = {{"etc/shadow", 0, 1, 0640, std::nullopt, std::nullopt, 0},
                             {"etc/absent", 0, 1, 0640, std::nullopt, std::nullopt, 0}};
  Attributes inherited;
  inherit_attributes(scratch.root(), {&lower, 1}, inherited);
  CHECK(inherited.size() == 1);
  CHECK(inherited.at("etc/shadow").gid == 1);
}

TEST_CASE("a capability set in a user namespace loses the namespace", "[image]") {
  vfs_ns_cap_data data{};
  data.magic_etc = VFS_CAP_REVISION_3 | VFS_CAP_FLAGS_EFFECTIVE;
  data.data[0].permitted = 1U << 13;
  data.rootid = 1000;
  const std::string portable = portable_capability({reinterpret_cast<const char*>(&data), sizeof data});
  CHECK(portable == std::string("\1\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20));
  CHECK(portable_capability("short").empty());
}

TEST_CASE("a package's files keep their time, what scripts wrote gets the tree's", "[image]") {
  const DebScratch scratch;
  put(scratch, "usr/shipped.py");
  put(scratch, "usr/written.py");
  const timespec shipped[2] = {{400000000, 0}, {400000000, 0}};
  REQUIRE(::utimensat(AT_FDCWD, (scratch.root() / "usr/shipped.py").c_str(), shipped, 0) == 0);
  Attributes attributes;
  REQUIRE(normalise(scratch.root(), attributes, {}, 500000000));
  const auto time_of = [&](const char* path) {
    struct stat status {};
    REQUIRE(::stat((scratch.root() / path).c_str(), &status) == 0);
    return static_cast<long>(status.st_mtim.tv_sec);
  };
  CHECK(time_of("usr/shipped.py") == 400000000);
  CHECK(time_of("usr/written.py") == 500000000);
  CHECK(time_of("usr") == 315532800);
}
