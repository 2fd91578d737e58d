#include "envtool/formats/pep/record.hpp"

#include <catch2/catch.hpp>

using namespace envtool;
using namespace envtool::pep;

TEST_CASE("RECORD reads and renders paths with commas, quotes and blanks", "[formats][pep]") {
  const std::vector<RecordEntry> entries = {{"a.py", "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", 0},
                                            {"b,\"c\" d.txt", "sha256=x", 12},
                                            {"line\nbreak", "", std::nullopt},
                                            {"x-1.dist-info/RECORD", "", std::nullopt}};
  const auto text = render_record(entries);
  CHECK(text.substr(0, text.find('\n')) == "a.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0");
  CHECK(text.find("\"b,\"\"c\"\" d.txt\",sha256=x,12\n") != std::string::npos);
  CHECK(*parse_record(text) == entries);
  CHECK(parse_record("a,,\r\n\r\nb,,5")->size() == 2);
}

TEST_CASE("a malformed RECORD is refused with its line", "[formats][pep]") {
  for (const auto* text : {"a,,\nb\n", "a,,\nb,c,d,e\n", "a,,\n\"b,,\n", "a,,\nb,,-1\n", "a,,\nb,,1x\n",
                           "a,,\n,h,1\n", "a,,\nb,,99999999999999999999\n"}) {
    INFO(text);
    const auto result = parse_record(text);
    REQUIRE_FALSE(result);
    CHECK(result.error().place->line == 2);
  }
}

TEST_CASE("a digest is written as RECORD wants it and read back", "[formats][pep]") {
  const auto digest = Digest::of("");
  CHECK(record_hash(digest) == "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
  for (const auto* content : {"", "a", "abc", "envtool"})
    CHECK(RecordEntry{"x", record_hash(Digest::of(content)), {}}.sha256() == Digest::of(content));
  CHECK(RecordEntry{"x", record_hash(digest) + "=", {}}.sha256() == digest);
  for (const auto* hash :
       {"", "md5=abc", "sha256=", "sha256=47DEQpj8HBSa", "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFV",
        "sha256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"})
    CHECK_FALSE(RecordEntry{"x", hash, {}}.sha256());
}

TEST_CASE("WHEEL says where files go, and formats of the future are refused", "[formats][pep]") {
  const auto wheel = WheelFile::parse(
      "Wheel-Version: 1.0\r\nGenerator: x\r\nRoot-Is-Purelib: True\r\nTag: py2-none-any\r\nTag: "
      "py3-none-any\r\nBuild: 1\r\n");
  REQUIRE(wheel);
  CHECK(wheel->root_is_purelib);
  CHECK(wheel->tags.size() == 2);
  CHECK(wheel->build == "1");
  CHECK(WheelFile::parse("Wheel-Version: 1.9\nRoot-Is-Purelib: false\n"));
  CHECK(WheelFile::parse("Wheel-Version: 2.0\nRoot-Is-Purelib: false\n").error().code == Code::unsupported);
  for (const auto* text :
       {"", "Root-Is-Purelib: true\n", "Wheel-Version: 1.0\n", "Wheel-Version: 1.0\nRoot-Is-Purelib: maybe\n",
        "Wheel-Version: x\nRoot-Is-Purelib: true\n"})
    CHECK_FALSE(WheelFile::parse(text));
}

TEST_CASE("entry points give scripts, other groups are passed over", "[formats][pep]") {
  const auto points = EntryPoints::parse(
      "# comment\n[console_scripts]\nfoo = pkg.mod:main\n  bar-2.0=pkg:cls.method [a, b]\nfoo = "
      "pkg.mod:main\r\n; comment\n[gui_scripts]\nwin = w : run\n[other]\nnot even = a:target:at all\njunk\n");
  REQUIRE(points);
  REQUIRE(points->console_scripts.size() == 2);
  CHECK(points->console_scripts[0] == EntryPoint{"foo", "pkg.mod", "main", {}});
  CHECK(points->console_scripts[1] == EntryPoint{"bar-2.0", "pkg", "cls.method", {"a", "b"}});
  CHECK(points->gui_scripts.at(0) == EntryPoint{"win", "w", "run", {}});
  CHECK(EntryPoints::parse("")->console_scripts.empty());
}

TEST_CASE("entry points that could write or run something else are refused with their line",
          "[formats][pep]") {
  for (const auto* line : {"../x = a:b", "a/b = a:b", ".. = a:b", " = a:b", "x", "x = a", "x = a:", "x = :b",
                           "x = a:b()", "x = a; import os:b", "x = a:b [c", "x = 1a:b", "x = a..b:c",
                           "x = a:b\ny = a:b\nx = a:c", "a\x01 = a:b"}) {
    INFO(line);
    const auto result = EntryPoints::parse("[console_scripts]\n" + std::string(line) + "\n");
    REQUIRE_FALSE(result);
    CHECK(result.error().place->line >= 2);
  }
}
