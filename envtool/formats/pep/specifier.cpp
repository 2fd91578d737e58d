#include "envtool/formats/pep/specifier.hpp"

#include <algorithm>

#include "envtool/formats/pep/specifier_text.hpp"
#include "envtool/support/text.hpp"

namespace envtool::pep {
namespace {

/// 1.2 → 1.2.dev0, the least version that begins with 1.2.
Version first_of_prefix(const Version& version) { return Version::of(version.base() + ".dev0"); }

/// 1.2 → 1.3.dev0; with `drop` 1, 1.2.5 → 1.3.dev0.
Version first_after_prefix(const Version& version, int drop) {
  auto base = version.base();
  for (; drop > 0; --drop) base.resize(base.rfind('.'));
  const auto last = base.find_last_of(".!") + 1;
  return Version::of(base.substr(0, last) + next_after(std::string_view(base).substr(last)) + ".dev0");
}

/// Source: PEP 440, "Version specifiers", read as the packaging library does where the text leaves room.
VersionRanges ranges_of(Operator op, const Version& version, bool wildcard) {
  const auto between = [](std::optional<Version> low, bool low_in, std::optional<Version> high,
                          bool high_in) {
    return VersionRanges::of({{std::move(low), low_in, std::move(high), high_in}});
  };
  switch (op) {
    case Operator::equal:
      if (wildcard) return between(first_of_prefix(version), true, first_after_prefix(version, 0), false);
      // Without a local segment, every local version of it is meant too.
      return between(version, true, version.has_local() ? version : version.after_locals(), true);
    case Operator::not_equal:
      return ranges_of(Operator::equal, version, wildcard).complement();
    case Operator::compatible:
      return between(version, true, first_after_prefix(version, 1), false);
    case Operator::greater_equal:
      return between(version, true, {}, false);
    case Operator::less_equal:
      return between({}, false, version.after_locals(), true);
    case Operator::less:
      // "<1.0" leaves out 1.0rc1 too, unless a pre-release is named.
      return between({}, false,
                     version.is_prerelease() ? version : Version::of(version.without_local().str() + ".dev0"),
                     false);
    case Operator::greater:
      // ">1.0" leaves out 1.0.post1 and 1.0+local; ">1.0.post1" leaves out only its local versions.
      return between(version.is_postrelease() || version.is_devrelease() ? version.after_locals()
                                                                         : version.after_posts(),
                     false, {}, false);
    case Operator::arbitrary:
      return VersionRanges::singleton(version);
  }
  return {};
}

}  // namespace

Specifier::Specifier(Operator op, std::string_view operand, std::optional<Version> version, bool wildcard)
    : op_(op), wildcard_(wildcard), operand_(operand), version_(std::move(version)) {
  if (version_) ranges_ = ranges_of(op_, *version_, wildcard_);
}

Result<Specifier> Specifier::parse(std::string_view text) {
  Cursor cursor{text, std::min(text.find_first_not_of(" \t\r\n\f\v"), text.size())};
  ENVTOOL_TRY(auto out, read_specifier(cursor));
  if (trim(cursor.rest()).empty()) return out;
  auto error =
      error_at(cursor.at, "unexpected " + quoted(cursor.rest()) + " in version specifier " + quoted(text));
  if (auto hint = advice(text); !hint.empty()) error.hints.push_back(std::move(hint));
  return Failure(std::move(error));
}

bool Specifier::mentions_prerelease() const {
  return op_ != Operator::not_equal && !wildcard_ && version_ && version_->is_prerelease();
}

bool Specifier::admits(bool is_prerelease, Prereleases prereleases) const {
  if (!is_prerelease || prereleases == Prereleases::allow) return true;
  return prereleases == Prereleases::if_mentioned && mentions_prerelease();
}

bool Specifier::contains(const Version& version, Prereleases prereleases) const {
  if (!admits(version.is_prerelease(), prereleases)) return false;
  if (op_ == Operator::arbitrary) return to_lower(version.str()) == to_lower(operand_);
  return ranges_.contains(version);
}

bool Specifier::contains_text(std::string_view candidate, Prereleases prereleases) const {
  const auto version = Version::try_parse(candidate);
  if (op_ != Operator::arbitrary) return version && contains(*version, prereleases);
  return to_lower(candidate) == to_lower(operand_) &&
         admits(version && version->is_prerelease(), prereleases);
}

std::string Specifier::str() const { return std::string(text(op_)) + operand_; }

bool Specifier::operator==(const Specifier& other) const {
  if (op_ != other.op_ || wildcard_ != other.wildcard_) return false;
  if (op_ == Operator::arbitrary || wildcard_) return operand_ == other.operand_;
  if (op_ == Operator::compatible && version_->release().size() != other.version_->release().size())
    return false;
  return *version_ == *other.version_;
}

}  // namespace envtool::pep
