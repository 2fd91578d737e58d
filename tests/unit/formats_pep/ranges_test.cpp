#include "envtool/formats/pep/ranges.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "envtool/formats/pep/specifier.hpp"

using namespace envtool::pep;

namespace {

const std::vector<std::string> kProbes = {
    "0.dev0",    "0.5",         "1.0.dev1", "1.0a1",    "1.0a1.post1", "1.0", "1.0+x", "1.0.post0.dev1",
    "1.0.post1", "1.0.post1+y", "1.0.1",    "1.1.dev0", "1.1rc1",      "1.1", "1.9",   "2.0.dev0",
    "2.0",       "1!0.5"};
const std::vector<std::string> kClauses = {">1.0",    ">=1.0",      "<1.0",       "<=1.0",  "==1.0",
                                           "!=1.0",   "==1.0.*",    "!=1.0.*",    "~=1.0",  "==1.0+x",
                                           "!=1.0+x", ">1.0.post1", "<1.0.post1", ">1.0a1", "<1.0a1",
                                           "<=1.0a1", ">=1.0.dev1", "<2",         ">2",     ""};

VersionRanges some(std::mt19937& random) {
  auto out = SpecifierSet::parse(kClauses[random() % kClauses.size()])->ranges();
  const auto other = SpecifierSet::parse(kClauses[random() % kClauses.size()])->ranges();
  return random() % 2 == 0 ? out.intersection(other) : out.united(other);
}

void check_canonical(const VersionRanges& ranges) {
  CHECK(VersionRanges::of(ranges.intervals()) == ranges);
  CHECK(ranges.complement().complement() == ranges);
}

}  // namespace

TEST_CASE("set operations on ranges agree with asking each version", "[formats][pep]") {
  std::mt19937 random(11);
  for (int round = 0; round < 2000; ++round) {
    const auto a = some(random);
    const auto b = some(random);
    const auto both = a.intersection(b);
    const auto either = a.united(b);
    const auto none = a.complement();
    check_canonical(both);
    check_canonical(either);
    for (const auto& text : kProbes) {
      const auto version = Version::of(text);
      INFO(text << " in " << render(a) << " and " << render(b));
      CHECK(both.contains(version) == (a.contains(version) && b.contains(version)));
      CHECK(either.contains(version) == (a.contains(version) || b.contains(version)));
      CHECK(none.contains(version) == !a.contains(version));
    }
  }
}

TEST_CASE("ranges from any list of intervals are sorted, joined and free of empty ones", "[formats][pep]") {
  const auto one = Version::of("1"), two = Version::of("2"), three = Version::of("3");
  const auto ranges =
      VersionRanges::of({{two, false, three, true}, {three, true, two, true}, {one, true, two, true}});
  REQUIRE(ranges.intervals().size() == 1);
  CHECK(ranges.intervals().front() == VersionInterval{one, true, three, true});
  CHECK(VersionRanges::of({{one, true, two, false}, {two, false, three, true}}).intervals().size() == 2);
  CHECK(VersionRanges::of({{{}, false, two, true}, {one, true, {}, false}}).is_full());
  CHECK(VersionRanges::full().complement().empty());
  CHECK(VersionRanges().complement().is_full());
  CHECK(VersionRanges::singleton(one).contains(Version::of("1.0")));
  CHECK_FALSE(VersionRanges::singleton(one).contains(Version::of("1.0+x")));
}
