#include "envtool/formats/pep/version.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

using envtool::Code;
using envtool::pep::Version;

namespace {

Version v(std::string_view text) { return Version::of(text); }

// PEP 440's own order, with the corners of the packed key between: fields that are full, fifth numbers,
// locals.
const std::vector<std::string> kAscending = {"0.dev0",
                                             "0",
                                             "1.0.dev0",
                                             "1.0.dev456",
                                             "1.0.dev99999999999999999999",
                                             "1.0a1.dev1",
                                             "1.0a1.dev1+x",
                                             "1.0a1",
                                             "1.0a1+x",
                                             "1.0a1.post0.dev0",
                                             "1.0a1.post1",
                                             "1.0a2.dev456",
                                             "1.0a12",
                                             "1.0a99999999999999999999",
                                             "1.0b1",
                                             "1.0b2.post345.dev456",
                                             "1.0b2.post345",
                                             "1.0rc1",
                                             "1.0",
                                             "1.0+abc.5",
                                             "1.0+abc.7",
                                             "1.0+5",
                                             "1.0+5.0",
                                             "1.0+18446744073709551617",
                                             "1.0.post456.dev34",
                                             "1.0.post456",
                                             "1.0.post456+x",
                                             "1.0.post99999999999999999999",
                                             "1.0.0.0.1.dev1",
                                             "1.0.0.0.1",
                                             "1.0.15",
                                             "1.1.dev1",
                                             "1.4094",
                                             "1.4095",
                                             "1.4095.1",
                                             "1.4096",
                                             "1.99999999999999999999",
                                             "2.31.0.20240106",
                                             "2.31.0.134217727",
                                             "2.31.0.134217728.dev1",
                                             "2.31.0.134217728",
                                             "20240101.1",
                                             "33554430",
                                             "33554431.dev1",
                                             "33554431",
                                             "33554431.1",
                                             "99999999999999999999",
                                             "99999999999999999999.1",
                                             "1!0.dev1",
                                             "1!1",
                                             "2!1",
                                             "3!0.1",
                                             "3!1",
                                             "4!0",
                                             "99999999999999999999!0"};

}  // namespace

TEST_CASE("versions sort as PEP 440 says, whatever the size of their numbers", "[formats][pep]") {
  for (std::size_t i = 0; i < kAscending.size(); ++i)
    for (std::size_t j = 0; j < kAscending.size(); ++j) {
      INFO(kAscending[i] << " <=> " << kAscending[j]);
      CHECK((v(kAscending[i]) <=> v(kAscending[j])) == (i <=> j));
      CHECK((v(kAscending[i]) == v(kAscending[j])) == (i == j));
    }
}

TEST_CASE("all spellings of a version are the same version", "[formats][pep]") {
  const std::vector<std::vector<std::string>> same = {
      {"1.0", "1", "v1.0", "V1.0.0", " 1.0\n", "01.00", "0!1"},
      {"1.0a1", "1.0.a.1", "1.0-alpha-1", "1.0_ALPHA_1", "1.0alpha1", "1.0a01"},
      {"1.0rc0", "1.0c", "1.0pre", "1.0-preview", "1.0.RC"},
      {"1.0.post1", "1.0-1", "1.0.r1", "1.0-rev-1", "1.0post1", "1.0_POST.1"},
      {"1.0.post0", "1.0.post", "1.0-r", "1.0rev"},
      {"1.0.dev0", "1.0dev", "1.0-DEV", "1.0.dev.0"},
      {"1.0+ubuntu.1", "1.0+ubuntu-1", "1.0+UBUNTU_01"},
      {"1.0a1.post2.dev3", "1.0alpha1-2dev3", "1.0-A1.R2_DEV3"},
  };
  for (const auto& group : same)
    for (const auto& spelling : group) {
      INFO(spelling << " is " << group.front());
      CHECK(v(spelling) == v(group.front()));
      CHECK(v(spelling).hash() == v(group.front()).hash());
    }
}

TEST_CASE("a version keeps its spelling and renders normalised", "[formats][pep]") {
  CHECK(v(" v01.02.0-ALPHA_3 ").text() == "v01.02.0-ALPHA_3");
  CHECK(v("v01.02.0-ALPHA_3").str() == "1.2.0a3");
  CHECK(v("2!1.0-1.DEV+Ab_007").str() == "2!1.0.post1.dev0+ab.7");
  CHECK(v("2!1.0-1.DEV+Ab_007").without_local().str() == "2!1.0.post1.dev0");
  CHECK(v("2!1.0-1.DEV+Ab_007").base() == "2!1.0");
  CHECK(v("3.11.2").release() == std::vector<std::uint64_t>{3, 11, 2});
}

TEST_CASE("a version knows whether it is a pre-release", "[formats][pep]") {
  for (const auto* text : {"1a1", "1b1", "1rc1", "1.dev1", "1a1.post1", "1.post1.dev1"})
    CHECK(v(text).is_prerelease());
  for (const auto* text : {"1", "1.post1", "1+dev.1", "1!0"}) CHECK_FALSE(v(text).is_prerelease());
}

TEST_CASE("texts that are no version are refused by name", "[formats][pep]") {
  for (const auto* text : {"",
                           " ",
                           "2004d",
                           "1.0dev-r5",
                           "1..0",
                           ".1",
                           "1.",
                           "1.0+",
                           "1.0+a..b",
                           "1.0+_x",
                           "1!",
                           "!1",
                           "1.0*",
                           "1.0 0",
                           "french toast",
                           "1.0+a+b",
                           "1.0post1post2",
                           "1.0\xC2\xA0",
                           "vv1",
                           "-1",
                           "1.0a1b1"}) {
    INFO(text);
    CHECK_FALSE(Version::try_parse(text));
  }
  const auto result = Version::parse("2004d");
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::bad_input);
  CHECK(result.error().what.find("2004d") != std::string::npos);
}

TEST_CASE("points lie between versions where they say", "[formats][pep]") {
  const auto locals = v("1.0").after_locals();
  CHECK(locals > v("1.0"));
  CHECK(locals > v("1.0+zzz.9999999999999999999999"));
  CHECK(locals < v("1.0.post0.dev0"));
  const auto posts = v("1.0").after_posts();
  CHECK(posts > v("1.0.post99999999999999999999+x"));
  CHECK(posts < v("1.0.0.0.0.1.dev0"));
  CHECK(v("1.0a1").after_posts() < v("1.0a2.dev0"));
  CHECK(v("1.0a1").after_posts() > v("1.0a1.post4.dev1"));
  CHECK(v("1.0.dev3").after_locals() > v("1.0.dev3+x"));
  CHECK(v("1.0.dev3").after_locals() < v("1.0.dev4"));
  CHECK(v("1.0").after_locals() == v("1.0.0+x").after_locals());
  CHECK(posts.without_point() == v("1.0"));
}

TEST_CASE("comparison is a strict total order on random versions", "[formats][pep]") {
  std::mt19937 random(7);
  std::vector<Version> all;
  for (const auto& text : kAscending) all.push_back(v(text));
  for (int round = 0; round < 20; ++round) {
    std::shuffle(all.begin(), all.end(), random);
    std::sort(all.begin(), all.end());
    for (std::size_t i = 0; i < all.size(); ++i) CHECK(all[i].text() == kAscending[i]);
  }
}
