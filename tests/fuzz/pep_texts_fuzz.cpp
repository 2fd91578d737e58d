// Texts of one line: whatever is accepted must render to something that reads back as the same value.
#include <cstdint>

#include "envtool/formats/pep/file_name.hpp"
#include "envtool/formats/pep/requirement.hpp"
#include "envtool/formats/pep/tags.hpp"
#include "tests/fuzz/check.hpp"

using namespace envtool::pep;

namespace {

void version(std::string_view text) {
  const auto v = Version::try_parse(text);
  if (!v) return;
  const auto again = Version::try_parse(v->str());
  require(again && *again == *v && again->str() == v->str(), "version reads back", text);
  require(v->hash() == again->hash(), "equal versions, equal hashes", text);
  require(*v < v->after_locals() && v->after_locals() < v->after_locals().after_posts(), "points lie above",
          text);
  require(v->without_local() <= *v, "locals lie above", text);
}

void specifiers(std::string_view text) {
  const auto set = SpecifierSet::parse(text);
  if (!set) return;
  require(SpecifierSet::parse_lenient(text).has_value(), "lenient accepts what is right", text);
  require(SpecifierSet::parse(set->str()) == *set, "specifiers read back", text);
  const auto ranges = set->ranges();
  require(ranges.complement().complement() == ranges, "complement of complement", text);
  require(ranges.intersection(ranges.complement()).empty(), "nothing in both", text);
  require(!render(ranges).empty(), "ranges render", text);
  for (const auto& clause : set->clauses())
    if (clause.version() && clause.op() != Operator::arbitrary)
      require(ranges.contains(*clause.version()) == set->contains(*clause.version(), Prereleases::allow),
              "ranges and contains", text);
}

void requirement(std::string_view text) {
  (void)Requirement::parse_lenient(text);
  const auto r = Requirement::parse(text);
  if (!r) return;
  const auto again = Requirement::parse(r->str());
  require(again && *again == *r, "requirement reads back", text);
}

void marker(std::string_view text) {
  const auto m = Marker::parse(text);
  if (!m) return;
  const auto again = Marker::parse(m->str());
  require(again && *again == *m, "marker reads back", text);
  const auto environment = MarkerEnvironment::cpython("3.11.2", {"linux", "amd64"});
  require(again->holds(environment, {{"x"}, {}}) == m->holds(environment, {{"x"}, {}}),
          "marker means the same", text);
}

void file_names(std::string_view text) {
  if (const auto wheel = WheelName::parse(text)) {
    require(parse_tag(wheel->pythons + "-" + wheel->abis + "-" + wheel->platforms).has_value(),
            "tags of a wheel", text);
    static const TagRanks kRanks(TagTarget{});
    (void)kRanks.rank(wheel->pythons, wheel->abis, wheel->platforms);
    require(wheel->stem().find('/') == std::string::npos, "the stem is one file name", text);
  }
  (void)split_wheel_name(text);
  (void)SdistName::parse(text);
  (void)SdistName::parse(text, "foo");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  version(text);
  specifiers(text);
  requirement(text);
  marker(text);
  file_names(text);
  return 0;
}
