#include <algorithm>

#include "envtool/formats/pep/specifier_text.hpp"
#include "envtool/support/text.hpp"

namespace envtool::pep {

Result<SpecifierSet> SpecifierSet::parse(std::string_view text) {
  SpecifierSet out;
  for (const auto piece : split(text, ',')) {
    if (trim(piece).empty()) continue;
    auto clause = Specifier::parse(piece);
    if (!clause) {
      auto error = std::move(clause).error();
      if (error.place) error.place->column += static_cast<std::uint32_t>(piece.data() - text.data());
      return Failure(std::move(error));
    }
    out.clauses_.push_back(*std::move(clause));
  }
  return out;
}

SpecifierSet SpecifierSet::of(std::vector<Specifier> clauses) {
  SpecifierSet out;
  out.clauses_ = std::move(clauses);
  return out;
}

bool SpecifierSet::mentions_prerelease() const {
  return std::any_of(clauses_.begin(), clauses_.end(), [](const auto& c) { return c.mentions_prerelease(); });
}

bool SpecifierSet::contains(const Version& version, Prereleases prereleases) const {
  if (version.is_prerelease() && prereleases != Prereleases::allow &&
      (prereleases == Prereleases::forbid || !mentions_prerelease()))
    return false;
  return std::all_of(clauses_.begin(), clauses_.end(),
                     [&](const auto& c) { return c.contains(version, Prereleases::allow); });
}

bool SpecifierSet::contains_text(std::string_view candidate, Prereleases prereleases) const {
  if (prereleases != Prereleases::allow)
    if (const auto version = Version::try_parse(candidate); version && version->is_prerelease())
      if (prereleases == Prereleases::forbid || !mentions_prerelease()) return false;
  return std::all_of(clauses_.begin(), clauses_.end(),
                     [&](const auto& c) { return c.contains_text(candidate, Prereleases::allow); });
}

VersionRanges SpecifierSet::ranges() const {
  auto out = VersionRanges::full();
  for (const auto& clause : clauses_) out = out.intersection(clause.ranges());
  return out;
}

std::optional<Version> SpecifierSet::pinned() const {
  for (const auto& clause : clauses_)
    if ((clause.op() == Operator::equal && !clause.is_wildcard()) || clause.op() == Operator::arbitrary)
      return clause.version();
  return std::nullopt;
}

std::string SpecifierSet::str() const {
  auto sorted = clauses_;
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.str() < b.str(); });
  std::vector<std::string> texts;
  for (auto clause = sorted.begin(); clause != sorted.end(); ++clause)
    if (std::find(sorted.begin(), clause, *clause) == clause) texts.push_back(clause->str());
  return join(texts, ",");
}

bool SpecifierSet::operator==(const SpecifierSet& other) const {
  const auto covers = [](const auto& a, const auto& b) {
    return std::all_of(b.begin(), b.end(),
                       [&](const auto& clause) { return std::find(a.begin(), a.end(), clause) != a.end(); });
  };
  return covers(clauses_, other.clauses_) && covers(other.clauses_, clauses_);
}

}  // namespace envtool::pep
