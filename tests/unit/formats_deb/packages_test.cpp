#include "envtool/formats/deb/packages.hpp"

#include <catch2/catch.hpp>
#include <string>

namespace deb = envtool::deb;

namespace {

std::string paragraph(const std::string& name, const std::string& version, const std::string& more = "",
                      const std::string& architecture = "amd64") {
  return "Package: " + name + "\nVersion: " + version + "\nArchitecture: " + architecture + "\n" + more +
         "Filename: pool/" + name + ".deb\nSize: 12\nSHA256: " + std::string(64, 'b') + "\n\n";
}

envtool::Result<std::string> read(const std::string& text, std::size_t piece = 7) {
  deb::PackagesReader reader("amd64", envtool::ByteCount{text.size()});
  for (std::size_t at = 0; at < text.size(); at += piece)
    ENVTOOL_CHECK(reader.feed(std::string_view(text).substr(at, piece)));
  return reader.finish();
}

}  // namespace

TEST_CASE("a package list that arrives in small pieces is found again by name and by what is provided",
          "[formats][deb]") {
  const auto bytes = read(
      paragraph("aa", "1:2", "Essential: yes\nMulti-Arch: foreign\nDepends: bb (>= 1),\n cc\n") +
      paragraph("bb", "1", "Provides: virtual (= 2), other:any\nDescription: x\n y: z\n", "all") +
      paragraph("bb", "2") + paragraph("dd", "1", "", "arm64") + paragraph("ee", "1", "Provides: virtual\n"));
  REQUIRE(bytes);
  const auto index = deb::PackageIndex::open(*bytes);
  REQUIRE(index);
  CHECK(index->size() == 4);
  REQUIRE(index->find("aa").size() == 1);
  const auto first = index->at(index->find("aa")[0]);
  CHECK(first.version == "1:2");
  CHECK(first.architecture == "amd64");
  CHECK(first.multi_arch == "foreign");
  CHECK(first.essential);
  CHECK(first.depends == "bb (>= 1),\n cc");
  CHECK(first.filename == "pool/aa.deb");
  CHECK(first.size.value == 12);
  CHECK(first.sha256.hex() == std::string(64, 'b'));
  CHECK(index->find("bb") == std::vector<std::uint32_t>{1, 2});
  CHECK(index->at(1).architecture == "all");
  CHECK(index->providers("virtual") == std::vector<std::uint32_t>{1, 3});
  CHECK(index->providers("other") == std::vector<std::uint32_t>{1});
  CHECK(index->find("dd").empty());
  CHECK(index->find("virtual").empty());
  CHECK(index->essential() == std::vector<std::uint32_t>{0});
}

TEST_CASE("a last paragraph without an empty line after it counts", "[formats][deb]") {
  auto text = paragraph("aa", "1");
  text.pop_back();
  const auto bytes = read(text);
  REQUIRE(bytes);
  CHECK(deb::PackageIndex::open(*bytes)->size() == 1);
}

TEST_CASE("an empty list is a list", "[formats][deb]") {
  const auto bytes = read("");
  REQUIRE(bytes);
  const auto index = deb::PackageIndex::open(*bytes);
  REQUIRE(index);
  CHECK(index->find("aa").empty());
  CHECK(index->providers("aa").empty());
}

TEST_CASE("a malformed package list is refused with the package", "[formats][deb]") {
  const auto bad = [](const std::string& text) {
    INFO(text);
    const auto result = read(text);
    REQUIRE_FALSE(result);
    return result.error().what;
  };
  CHECK(bad(paragraph("aa", "1") + "nonsense\n\n").find("nonsense") != std::string::npos);
  CHECK(bad(paragraph("aa", "")).find("aa has a missing or malformed Version") != std::string::npos);
  CHECK(bad("Package: aa\nVersion: 1\nArchitecture: all\nFilename: x\nSize: 1\n\n").find("SHA256") !=
        std::string::npos);
  CHECK(bad("Package: aa\nVersion: 1\nArchitecture: all\nFilename: ../x\nSize: 1\nSHA256: " +
            std::string(64, 'b') + "\n\n")
            .find("Filename") != std::string::npos);
  CHECK(bad("Package: aa\nVersion: 1\nArchitecture: all\nFilename: x\nSize: 1e3\nSHA256: " +
            std::string(64, 'b') + "\n\n")
            .find("Size") != std::string::npos);
  CHECK(bad(paragraph("A/../b", "1")).find("without a package name") != std::string::npos);
  CHECK(bad(" continuation\n\n").find("continuation") != std::string::npos);
}

TEST_CASE("a damaged index is refused or gives empty answers, never memory that is not its own",
          "[formats][deb]") {
  const auto bytes = read(paragraph("aa", "1", "Provides: vv\n") + paragraph("bb", "1"));
  REQUIRE(bytes);
  for (std::size_t size = 0; size < bytes->size(); ++size)
    CHECK_FALSE(deb::PackageIndex::open(std::string_view(*bytes).substr(0, size)));
  for (std::size_t at = 0; at < bytes->size(); ++at) {
    auto copy = *bytes;
    copy[at] = static_cast<char>(~copy[at]);
    const auto index = deb::PackageIndex::open(copy);
    if (!index) continue;
    for (std::uint32_t i = 0; i < index->size(); ++i) CHECK(index->at(i).name.size() <= copy.size());
    CHECK(index->find("aa").size() <= 1);
    CHECK(index->providers("vv").size() <= 1);
    CHECK(index->essential().empty());
  }
}
