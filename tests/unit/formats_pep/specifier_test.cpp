#include "envtool/formats/pep/specifier.hpp"

#include <catch2/catch.hpp>

using namespace envtool::pep;

namespace {

bool holds(std::string_view specifiers, std::string_view version,
           Prereleases prereleases = Prereleases::allow) {
  const auto set = SpecifierSet::parse(specifiers);
  REQUIRE(set);
  const auto parsed = Version::of(version);
  // What the solver sees is what contains says.
  if (specifiers.find("===") == std::string_view::npos)
    CHECK(set->ranges().contains(parsed) == set->contains(parsed, Prereleases::allow));
  return set->contains(parsed, prereleases);
}

std::string shown(std::string_view specifiers) { return render(SpecifierSet::parse(specifiers)->ranges()); }

std::string hint(std::string_view text) {
  const auto result = SpecifierSet::parse(text);
  REQUIRE_FALSE(result);
  return result.error().hints.empty() ? "" : result.error().hints.front();
}

}  // namespace

TEST_CASE("== without a local segment matches every local version", "[formats][pep]") {
  CHECK(holds("==1.0", "1.0+cpu"));
  CHECK(holds("==1.0", "1.0.0"));
  CHECK_FALSE(holds("==1.0+cpu", "1.0"));
  CHECK(holds("==1.0+cpu", "1.0+CPU"));
  CHECK_FALSE(holds("==1.0", "1.0.post1"));
  CHECK_FALSE(holds("!=1.0", "1.0+cpu"));
  CHECK(holds("!=1.0+cpu", "1.0+gpu"));
}

TEST_CASE("> and < leave out what belongs to their version", "[formats][pep]") {
  CHECK_FALSE(holds(">1.0", "1.0+x"));
  CHECK_FALSE(holds(">1.0", "1.0.post1"));
  CHECK(holds(">1.0", "1.0.0.1"));
  CHECK(holds(">1.0.post1", "1.0.post2"));
  CHECK_FALSE(holds(">1.0.post1", "1.0.post1+x"));
  CHECK_FALSE(holds("<1.0", "1.0a1"));
  CHECK_FALSE(holds("<1.0", "1.0.dev1"));
  CHECK(holds("<1.0rc1", "1.0a1"));
  CHECK(holds("<=1.0", "1.0+x"));
  CHECK(holds("<1.0.post1", "1.0"));
}

TEST_CASE("wildcards match a prefix, pre-releases and epochs included", "[formats][pep]") {
  CHECK(holds("==1.1.*", "1.1a1"));
  CHECK(holds("==1.1.*", "1.1.99+x"));
  CHECK(holds("==1.1.*", "1.1"));
  CHECK_FALSE(holds("==1.1.*", "1.10"));
  CHECK(holds("==1.1.0.*", "1.1"));
  CHECK_FALSE(holds("==1.1.*", "1!1.1"));
  CHECK(holds("!=1.1.*", "1.2.dev0"));
  CHECK_FALSE(holds("!=1.1.*", "1.1.post1"));
  CHECK(holds("==99999999999999999999.*", "99999999999999999999.7"));
  CHECK_FALSE(holds("==99999999999999999999.*", "100000000000000000000"));
}

TEST_CASE("~= keeps all numbers but the last", "[formats][pep]") {
  CHECK(holds("~=2.2", "2.9"));
  CHECK_FALSE(holds("~=2.2", "3.0"));
  CHECK_FALSE(holds("~=2.2.0", "2.3"));
  CHECK(holds("~=2.2.post3", "2.3"));
  CHECK_FALSE(holds("~=2.2.post3", "2.2"));
  CHECK(holds("~=1!2.2", "1!2.5"));
  CHECK_FALSE(holds("~=1!2.2", "2.5"));
}

TEST_CASE("=== compares spellings", "[formats][pep]") {
  CHECK(holds("===1.0", "1.0"));
  CHECK_FALSE(holds("===1.0", "1.0.0"));
  CHECK(Specifier::parse("===Wat")->contains_text("wAT"));
  CHECK_FALSE(Specifier::parse(">=1")->contains_text("wat"));
}

TEST_CASE("pre-releases are held back unless a clause names one", "[formats][pep]") {
  CHECK_FALSE(holds(">=1.0", "2.0rc1", Prereleases::if_mentioned));
  CHECK(holds(">=1.0rc1", "2.0rc1", Prereleases::if_mentioned));
  CHECK_FALSE(holds("!=1.0rc1", "2.0rc1", Prereleases::if_mentioned));
  CHECK_FALSE(holds(">=1.0rc1", "2.0rc1", Prereleases::forbid));
  CHECK(holds("", "2.0rc1", Prereleases::allow));
}

TEST_CASE("ranges render as a person would write them", "[formats][pep]") {
  CHECK(shown("") == "any version");
  CHECK(shown(">=2,<1") == "no version");
  CHECK(shown("==1.4.2") == "==1.4.2");
  CHECK(shown("~=1.4") == ">=1.4,<2");
  CHECK(shown(">1.0,<=2.0") == ">1.0,<=2.0");
  CHECK(shown(">=1.0,!=1.5,<2") == ">=1.0,<2,!=1.5");
  CHECK(shown("!=1.5") == "!=1.5");
  CHECK(shown("!=1.5.*") == "<1.5 or >=1.6");
  CHECK(shown("==1.0+cpu") == "==1.0+cpu");
}

TEST_CASE("clauses between which no version fits give the empty set", "[formats][pep]") {
  for (const auto* text : {">1.0a1,<1.0a2.dev0", ">1.0.post0,<1.0.post1", "!=0.dev0,<0.dev1", "<0",
                           "==1.0,!=1.0", "==1.0,==1.1"})
    CHECK(SpecifierSet::parse(text)->ranges().empty());
  CHECK_FALSE(SpecifierSet::parse(">1.0,<1.0.0.1")->ranges().empty());
}

TEST_CASE("a slip of the pen is told with its column and what was meant", "[formats][pep]") {
  CHECK(hint("=1.2") == "write ==1.2 for exactly this version");
  CHECK(hint("=>1.2") == "write >=1.2");
  CHECK(hint("1.2") == "write ==1.2 for exactly this version, or >=1.2");
  CHECK(hint("~=1") == "~= needs two numbers: write ~=1.0, or ==1.*");
  CHECK(hint(">=1.*") == "only == and != take .*: write >=1");
  CHECK(hint("~>1.2") == "write ~=1.2");
  const auto result = SpecifierSet::parse(">=1.0, <2.0x");
  REQUIRE_FALSE(result);
  CHECK(result.error().place->column == 12);
  CHECK_FALSE(SpecifierSet::parse("==1.0a1.*"));
  CHECK_FALSE(SpecifierSet::parse(">=1.0+local"));
  CHECK_FALSE(SpecifierSet::parse(">="));
}

TEST_CASE("published mistakes are read as what they meant", "[formats][pep]") {
  const auto lenient = [](std::string_view text) {
    const auto set = SpecifierSet::parse_lenient(text);
    return set ? set->str() : "error";
  };
  CHECK(lenient(">=3.5.*") == ">=3.5");
  CHECK(lenient(">=2.7,!=3.0.*,") == "!=3.0.*,>=2.7");
  CHECK(lenient("'>=3.6'") == ">=3.6");
  CHECK(lenient(">=3.6 <4") == "<4,>=3.6");
  CHECK(lenient("<=3.9.*") == "<3.10");
  CHECK(lenient(">3.9.*") == ">=3.10");
  CHECK(lenient("~=3.6.*") == "==3.6.*");
  CHECK(lenient("~=3") == "==3.*");
  CHECK(lenient("!=~3.2") == "!=3.2.*");
  CHECK(lenient(">=1.0dev-r5") == "error");
  CHECK(lenient("3.6") == "error");
  CHECK(lenient("none") == "error");
  CHECK(lenient("x>=3") == "error");
}

TEST_CASE("a set is pinned by == and === alone", "[formats][pep]") {
  CHECK(SpecifierSet::parse(">=1,==1.2")->pinned() == Version::of("1.2"));
  CHECK(SpecifierSet::parse("===1.2")->pinned() == Version::of("1.2"));
  CHECK_FALSE(SpecifierSet::parse("==1.2.*")->pinned());
  CHECK_FALSE(SpecifierSet::parse("~=1.2")->pinned());
}
