#include "envtool/formats/archive/path_guard.hpp"

#include <catch2/catch.hpp>

using namespace envtool;
using namespace envtool::archive;

TEST_CASE("wheel names that are absolute, climb, or hold odd characters are refused", "[archive]") {
  const auto refused = [](std::string_view path) {
    const auto clean = clean_path(path, LeadingSlash::refuse, "w.whl");
    return !clean && clean.error().code == Code::hostile_archive;
  };
  CHECK(refused("/etc/passwd"));
  CHECK(refused("../x"));
  CHECK(refused("a/../../x"));
  CHECK(refused("..\\x"));
  CHECK(refused(std::string_view("a\0b", 3)));
  CHECK(refused(std::string(256, 'n')));
  std::string deep;
  while (deep.size() < 4096) deep += "folder/";
  CHECK(refused(deep + "x"));
  CHECK(*clean_path("a/b.py", LeadingSlash::refuse, "w.whl") == "a/b.py");
  CHECK(*clean_path("a/..b/c..", LeadingSlash::refuse, "w.whl") == "a/..b/c..");
}

TEST_CASE("a hostile name cannot write to the terminal through the error", "[archive]") {
  const auto clean = clean_path("../\x1b[31m\n", LeadingSlash::refuse, "w.whl");
  REQUIRE_FALSE(clean);
  CHECK(clean.error().what.find('\x1b') == std::string::npos);
  CHECK(clean.error().what.find('\n') == std::string::npos);
}

TEST_CASE("links inside stay and links out are found", "[archive]") {
  CHECK(link_stays_inside("usr/bin/python", "python3"));
  CHECK(link_stays_inside("usr/bin/python", "../lib/x"));
  CHECK(link_stays_inside("usr/bin/python", "/opt/x"));
  CHECK(link_stays_inside("bin", "usr/bin"));
  CHECK_FALSE(link_stays_inside("usr/bin/python", "../../../x"));
  CHECK_FALSE(link_stays_inside("x", ".."));
  CHECK_FALSE(link_stays_inside("x", "/../y"));
  CHECK_FALSE(link_stays_inside("a/b", "c/../../../d"));
}

TEST_CASE("names that a case-insensitive disk would merge are refused", "[archive]") {
  NameCollisions names("w.whl");
  REQUIRE(names.add_file("pkg/__init__.py"));
  REQUIRE(names.add_file("pkg/module.py"));
  const auto clash = names.add_file("pkg/Module.py");
  REQUIRE_FALSE(clash);
  CHECK(clash.error().code == Code::hostile_archive);
  CHECK(clash.error().what.find("pkg/module.py") != std::string::npos);
  CHECK_FALSE(names.add_file("PKG/other.py"));
  CHECK_FALSE(names.add_file("pkg/module.py"));
  CHECK_FALSE(names.add_file("pkg/module.py/inner"));
  CHECK_FALSE(names.add_file("pkg"));
}
