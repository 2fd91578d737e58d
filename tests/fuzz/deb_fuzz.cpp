// Debian's formats: whatever is accepted keeps its promises, nothing reads beyond its bytes.
#include <algorithm>
#include <cstdint>

#include "envtool/formats/deb/ar.hpp"
#include "envtool/formats/deb/control.hpp"
#include "envtool/formats/deb/dependency.hpp"
#include "envtool/formats/deb/packages.hpp"
#include "envtool/formats/deb/release.hpp"
#include "envtool/formats/deb/version.hpp"
#include "tests/fuzz/check.hpp"

using namespace envtool;

namespace {

bool within(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void versions(std::string_view text) {
  const auto half = text.size() / 2;
  const auto a = text.substr(0, half), b = text.substr(half);
  const auto order = deb::compare_versions(a, b);
  require((order < 0) == (deb::compare_versions(b, a) > 0), "the order is antisymmetric", text);
  require(deb::compare_versions(a, a) == 0, "a version equals itself", text);
  require(within(deb::upstream_version(text), text), "upstream is a part", text);
}

void relations(std::string_view text) {
  const auto groups = deb::parse_dependencies(text);
  if (!groups) return;
  for (const auto& group : *groups) {
    require(!group.empty(), "a group has an alternative", text);
    for (const auto& one : group) {
      require(!one.name.empty() && within(one.name, text) && within(one.version, text), "names are parts",
              text);
      require((one.relation == deb::Relation::any) == one.version.empty(), "a relation has a version", text);
    }
  }
}

void paragraphs(std::string_view text) {
  if (const auto read = deb::parse_control(text)) {
    for (const auto& paragraph : *read) {
      require(!paragraph.fields.empty(), "a paragraph has a field", text);
      for (const auto& [name, value] : paragraph.fields)
        require(within(name, text) && within(value, text), "fields are parts", text);
    }
  }
  (void)deb::parse_release(text);
  (void)deb::parse_date(text);
  (void)deb::check_clear_signed(text);
}

void archives(std::string_view text) {
  if (const auto members = deb::parse_ar(text)) {
    for (const auto& member : *members) require(within(member.bytes, text), "members are parts", text);
  }
  (void)deb::parse_deb(text);
}

Result<std::string> index_of(std::string_view text, std::size_t piece) {
  deb::PackagesReader reader("amd64", ByteCount{text.size()});
  for (std::size_t at = 0; at < text.size(); at += piece) ENVTOOL_CHECK(reader.feed(text.substr(at, piece)));
  return reader.finish();
}

void lists(std::string_view text) {
  const auto whole = index_of(text, text.size() + 1);
  const auto pieces = index_of(text, 5);
  require(whole.has_value() == pieces.has_value(), "pieces do not matter", text);
  if (whole) {
    require(*whole == *pieces, "pieces give the same index", text);
    const auto index = deb::PackageIndex::open(*whole);
    require(index.has_value(), "an index opens", text);
    for (std::uint32_t i = 0; i < index->size(); ++i) {
      const auto found = index->find(index->at(i).name);
      require(std::find(found.begin(), found.end(), i) != found.end(), "a package is found by its name",
              text);
    }
  }
  // The bytes as an index of another process, damaged.
  if (const auto index = deb::PackageIndex::open(text)) {
    for (std::uint32_t i = 0; i < index->size() && i < 64; ++i) (void)index->at(i);
    (void)index->find("aa");
    (void)index->providers("aa");
    (void)index->essential();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  versions(text);
  relations(text);
  paragraphs(text);
  archives(text);
  lists(text);
  return 0;
}
