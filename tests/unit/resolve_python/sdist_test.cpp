// Source distributions, up to where a container would have to run.
#include <catch2/catch.hpp>

#include "envtool/resolve/python/pyproject.hpp"
#include "envtool/resolve/python/sdist_archive.hpp"
#include "envtool/resolve/python/sdist_cache.hpp"
#include "fake_index.hpp"

namespace envtool::resolve::python::test {

TEST_CASE("PKG-INFO is believed from 2.2 on, unless it says that it is dynamic", "[resolve][python]") {
  const auto read = [](const std::string& info) {
    doubles::ZipBuilder zip;
    zip.add("a-1.0/src/a.egg-info/PKG-INFO", "Metadata-Version: 2.2\nName: wrong\nVersion: 1.0\n");
    zip.add("a-1.0/PKG-INFO", info + "Name: a\nVersion: 1.0\n");
    return static_metadata("a-1.0.zip", zip.build());
  };
  CHECK(read("Metadata-Version: 2.2\n").has_value());
  CHECK(read("Metadata-Version: 2.1\n").error().code == Code::unsupported);
  CHECK(read("Metadata-Version: 2.2\nDynamic: Requires-Dist\n").error().code == Code::unsupported);
  CHECK(read("Metadata-Version: 2.2\nDynamic: Description\n").has_value());
}

TEST_CASE("a source distribution cannot write outside its folder", "[resolve][python]") {
  Scratch scratch;
  doubles::ZipBuilder zip;
  zip.add("a-1.0/../../evil.txt", "x");
  auto unpacked = unpack_sdist("a-1.0.zip", zip.build(), scratch.path / "source");
  REQUIRE_FALSE(unpacked.has_value());
  CHECK(unpacked.error().code == Code::hostile_archive);
}

TEST_CASE("unpacking drops the one top folder and keeps what is executable", "[resolve][python]") {
  Scratch scratch;
  doubles::ZipBuilder zip;
  zip.add("a-1.0/configure", "#!/bin/sh\n", 0100755).add("a-1.0/src/a.py", "x = 1\n");
  REQUIRE(unpack_sdist("a-1.0.zip", zip.build(), scratch.path / "source").has_value());
  CHECK(read_file(scratch.path / "source/src/a.py").value() == "x = 1\n");
  CHECK((std::filesystem::status(scratch.path / "source/configure").permissions() &
         std::filesystem::perms::owner_exec) != std::filesystem::perms::none);
}

TEST_CASE("a pyproject.toml without a build system is built by setuptools", "[resolve][python]") {
  auto plain = PyProject::parse("[tool.black]\nline-length = 100\n", "pyproject.toml");
  REQUIRE(plain.has_value());
  CHECK(plain->build.backend == "setuptools.build_meta:__legacy__");
  CHECK_FALSE(plain->has_project);
  auto own = PyProject::parse(
      "[build-system]\nrequires = ['flit_core >=3']\nbuild-backend = 'b'\nbackend-path = ['x', 'y']\n",
      "pyproject.toml");
  REQUIRE(own.has_value());
  CHECK(own->build.requirements == std::vector<std::string>{"flit_core >=3"});
  CHECK(own->build.backend_path == std::vector<std::string>{"x", "y"});
}

TEST_CASE("broken TOML has its line", "[resolve][python]") {
  auto broken = PyProject::parse("[project]\nname = \n", "course/pyproject.toml");
  REQUIRE_FALSE(broken.has_value());
  REQUIRE(broken.error().place.has_value());
  CHECK(broken.error().place->line == 2);
}

TEST_CASE("what a build gave is kept and read back the same", "[resolve][python]") {
  const std::string metadata = "Metadata-Version: 2.1\nName: a\nVersion: 1.0\nRequires-Dist: b\n\n";
  BuiltSdist built;
  built.wheel = {"", Digest::of("wheel"), {5}};
  built.wheel_name = "a-1.0-py3-none-any.whl";
  built.build_requires.push_back(
      {.name = "setuptools",
       .version = "80.0",
       .index = "pypi",
       .source = project::LockedWheel{{"https://example.org/s.whl", Digest::of("s"), {9}}},
       .requires_names = {"wheel"}});
  const std::string text = render_built(built, metadata);
  auto again = parse_built(text);
  REQUIRE(again.has_value());
  CHECK(again->wheel == built.wheel);
  CHECK(again->build_requires == built.build_requires);
  CHECK(again->metadata->requires_dist.size() == 1);
  CHECK_FALSE(parse_built(text.substr(0, text.size() / 2)).has_value());
  CHECK_FALSE(parse_built("{}").has_value());
}

}  // namespace envtool::resolve::python::test
