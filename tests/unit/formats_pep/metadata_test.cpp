#include "envtool/formats/pep/metadata.hpp"

#include <catch2/catch.hpp>

using namespace envtool;
using pep::Metadata;

namespace {

Metadata read(std::string_view text) {
  auto result = Metadata::parse(text);
  REQUIRE(result);
  return *result;
}

constexpr std::string_view kMinimal = "Metadata-Version: 2.1\nName: Foo\nVersion: 1.0\n";

}  // namespace

TEST_CASE("metadata is read up to the empty line, folded lines joined", "[formats][pep]") {
  const auto m = read(
      "\xEF\xBB\xBFMetadata-Version: 2.4\r\nName: Foo.Bar\r\nVersion: 1.0\r\nsummary: two\r\n  "
      "lines\r\nRequires-Dist: numpy>=1.2\r\n\t; extra == 'Big_One'\r\n"
      "REQUIRES-DIST: pandas\r\nRequires-Python: >=3.8,\r\nProvides-Extra: Big_One\r\nProvides-Extra: "
      "big-one\r\nDynamic: Requires-Dist\r\nnonsense\r\n\r\nRequires-Dist: body\r\n");
  CHECK(m.name == "Foo.Bar");
  CHECK(m.key == "foo-bar");
  CHECK(m.version == pep::Version::of("1"));
  CHECK(m.summary == "two lines");
  REQUIRE(m.requires_dist.size() == 2);
  CHECK(m.requires_dist[0].str() == "numpy>=1.2; extra == \"big-one\"");
  CHECK(m.requires_python->str() == ">=3.8");
  CHECK(m.provides_extra == std::vector<std::string>{"big-one"});
  CHECK(m.dynamic == std::vector<std::string>{"requires-dist"});
  CHECK(m.defects.empty());
}

TEST_CASE("one malformed dependency is a defect, not the end", "[formats][pep]") {
  const auto m = read(std::string(kMinimal) +
                      "Requires-Dist: good\nRequires-Dist: bad>=1.0dev-r5\nRequires-Dist: "
                      "also-good\nRequires-Python: three\n");
  CHECK(m.requires_dist.size() == 2);
  CHECK_FALSE(m.requires_python);
  REQUIRE(m.defects.size() == 2);
  CHECK(m.defects[0].field == "Requires-Dist");
  CHECK(m.defects[0].value == "bad>=1.0dev-r5");
  CHECK(m.defects[1].field == "Requires-Python");
}

TEST_CASE("metadata without a name or a version, or of a later format, is refused", "[formats][pep]") {
  for (const auto* text :
       {"", "Name: x\n", "Version: 1\n", "Name: x\nVersion: french\n", "Name: -x-\nVersion: 1\n",
        "Metadata-Version: 3.0\nName: x\nVersion: 1\n", "\nName: x\nVersion: 1\n"}) {
    INFO(text);
    const auto result = Metadata::parse(text);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == Code::bad_input);
  }
  CHECK(read("Metadata-Version: 2.9\nName: x\nVersion: 1\n").defects.size() == 1);
  CHECK(read("Name: x\nVersion: 1\n").defects.size() == 1);
}

TEST_CASE("dependencies of a source distribution are believed only when static", "[formats][pep]") {
  const auto is_static = [](std::string_view format, std::string_view more) {
    return read("Metadata-Version: " + std::string(format) + "\nName: x\nVersion: 1\n" + std::string(more))
        .dependencies_are_static();
  };
  CHECK(is_static("2.2", ""));
  CHECK(is_static("2.10", "Dynamic: Summary\n"));
  CHECK_FALSE(is_static("2.1", ""));
  CHECK_FALSE(is_static("1.0", ""));
  CHECK_FALSE(is_static("2.4", "Dynamic: requires-dist\n"));
  CHECK_FALSE(is_static("2.4", "Dynamic: Requires-Python\n"));
  CHECK_FALSE(is_static("2.4", "Dynamic: Provides-Extra\n"));
}
