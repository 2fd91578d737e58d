#include "envtool/formats/deb/version.hpp"

#include <catch2/catch.hpp>
#include <vector>

namespace deb = envtool::deb;

TEST_CASE("versions are ordered as policy says, each of this list before the next", "[formats][deb]") {
  // Each line group is one rule: tilde, end, letters, others; numbers by value; revision; epoch.
  const std::vector<const char*> ascending = {"0~~",
                                              "0~~a",
                                              "0~",
                                              "0",
                                              "0a",
                                              "0+",
                                              "0.0",
                                              "0.1~rc1",
                                              "0.1",
                                              "0.1+b1",
                                              "0.1.1",
                                              "0.9",
                                              "0.10",
                                              "1.0~a",
                                              "1.0-0",
                                              "1.0-1~bpo",
                                              "1.0-1",
                                              "1.0-1+deb12u1",
                                              "1.0-1+deb12u2",
                                              "1.0-2",
                                              "1.0-10",
                                              "1.0a-1",
                                              "1.0+dfsg-1",
                                              "1.0.0-1",
                                              "99999999999999999999999",
                                              "99999999999999999999999.1",
                                              "1:0",
                                              "2:0~",
                                              "10:0"};
  for (std::size_t a = 0; a < ascending.size(); ++a) {
    for (std::size_t b = 0; b < ascending.size(); ++b) {
      INFO(ascending[a] << " against " << ascending[b]);
      CHECK(deb::compare_versions(ascending[a], ascending[b]) == std::weak_ordering(a <=> b));
    }
  }
}

TEST_CASE("leading zeros, an absent revision and an epoch of zero change nothing", "[formats][deb]") {
  CHECK(deb::compare_versions("1.01", "1.1") == std::weak_ordering::equivalent);
  CHECK(deb::compare_versions("1.0", "1.0-0") == std::weak_ordering::equivalent);
  CHECK(deb::compare_versions("0:1.0", "1.0") == std::weak_ordering::equivalent);
  CHECK(deb::compare_versions("1.0-", "1.0") == std::weak_ordering::equivalent);
}

TEST_CASE("only the last hyphen separates the revision", "[formats][deb]") {
  CHECK(deb::upstream_version("3.11.2-6+deb12u6") == "3.11.2");
  CHECK(deb::upstream_version("1:2-3-4") == "2-3");
  CHECK(deb::upstream_version("2.36") == "2.36");
}

TEST_CASE("a version with a character that is not allowed is refused", "[formats][deb]") {
  CHECK(deb::check_version("2:1.0~rc1+dfsg-1"));
  for (const char* bad : {"", "1.0 ", "a:1", ":1", "1_0", "-1"}) {
    INFO(bad);
    CHECK_FALSE(deb::check_version(bad));
  }
}
