#include "envtool/formats/pep/file_name.hpp"

#include <catch2/catch.hpp>

using namespace envtool::pep;

TEST_CASE("a wheel's name gives name, version, build and tags", "[formats][pep]") {
  const auto wheel = WheelName::parse("Foo_Bar-1!2.0%2Bcu118-007abc-py2.py3-none-any.whl");
  REQUIRE(wheel);
  CHECK(wheel->name == "foo-bar");
  CHECK(wheel->version == Version::of("1!2.0+cu118"));
  CHECK(wheel->build == BuildTag{"7", "abc"});
  CHECK(wheel->pythons == "py2.py3");
  CHECK(wheel->stem() == "Foo_Bar-1!2.0+cu118");
  CHECK_FALSE(
      WheelName::parse("numpy-1.26.4-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl")->build);
}

TEST_CASE("names that are no wheel's are refused", "[formats][pep]") {
  for (const auto* name :
       {"", ".whl", "foo-1.0-py3-none-any.zip", "foo-1.0-py3-none.whl", "foo-1.0-1-2-py3-none-any.whl",
        "foo__bar-1.0-py3-none-any.whl", "foo-1.0.x-py3-none-any.whl", "foo-1.0-x1-py3-none-any.whl",
        "foo-1.0--py3-none-any.whl", "-1.0-py3-none-any.whl", "../foo-1.0-py3-none-any.whl",
        "foo-1.0-py3--any.whl", "%2e%2e%2ffoo-1.0-py3-none-any.whl"}) {
    INFO(name);
    CHECK_FALSE(WheelName::parse(name));
  }
}

TEST_CASE("the quick split gives the same fields without copying", "[formats][pep]") {
  const std::string name = "foo-1.0-1b-cp311-abi3-any.whl";
  const auto fields = split_wheel_name(name);
  REQUIRE(fields);
  CHECK(fields->name.data() == name.data());
  CHECK(fields->build == "1b");
  CHECK(fields->platforms == "any");
  CHECK_FALSE(split_wheel_name("a-b-c-d-e-f-g.whl"));
  CHECK_FALSE(split_wheel_name("a-b-c-d.whl"));
}

TEST_CASE("build tags sort by number, then by the rest", "[formats][pep]") {
  const auto build = [](const char* tag) {
    return *WheelName::parse("f-1-" + std::string(tag) + "-py3-none-any.whl")->build;
  };
  CHECK(build("2") < build("10"));
  CHECK(build("2a") < build("2b"));
  CHECK(build("99999999999999999999") < build("100000000000000000000"));
  CHECK(std::optional<BuildTag>() < std::optional(build("0")));
}

TEST_CASE("a source distribution's name splits at the last dash", "[formats][pep]") {
  const auto sdist = SdistName::parse("Foo.Bar-baz-1.0.post1.tar.gz");
  REQUIRE(sdist);
  CHECK(sdist->name == "foo-bar-baz");
  CHECK(sdist->version == Version::of("1.0-1"));
  CHECK(SdistName::parse("foo-1.0.zip")->kind == SdistName::Kind::zip);
  for (const auto* name : {"foo-1.0.tar.bz2", "foo.tar.gz", "-1.0.tar.gz", "foo-x.tar.gz", "foo-1.0.whl", ""})
    CHECK_FALSE(SdistName::parse(name));
}

TEST_CASE("a known name settles where a source distribution's version begins", "[formats][pep]") {
  CHECK(SdistName::parse("foo-1.0-1.tar.gz", "foo")->version == Version::of("1.0.post1"));
  CHECK(SdistName::parse("foo-2-1.0.tar.gz", "foo_2")->name == "foo-2");
  CHECK(SdistName::parse("Foo_Bar-1.0.tar.gz", "foo-bar")->name == "foo-bar");
}
