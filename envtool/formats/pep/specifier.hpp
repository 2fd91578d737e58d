#pragma once
// PEP 440 version specifiers.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "envtool/formats/pep/ranges.hpp"
#include "envtool/formats/pep/version.hpp"
#include "envtool/support/result.hpp"

namespace envtool::pep {

enum class Operator : std::uint8_t {
  compatible,     ///< ~=
  equal,          ///< ==
  not_equal,      ///< !=
  less_equal,     ///< <=
  greater_equal,  ///< >=
  less,           ///< <
  greater,        ///< >
  arbitrary,      ///< ===
};
std::string_view text(Operator op);

/// What happens to pre-releases (a, b, rc and dev).
enum class Prereleases : std::uint8_t {
  if_mentioned,  ///< only where a specifier itself names one (">=1.0rc1"), as PEP 440 says
  allow,
  forbid,
};

/// One clause: ">=1.0", "==1.4.*", "===whatever".
class Specifier {
 public:
  /// Errors: bad_input; the place has the column in `text`, hints say what was probably meant ("=1.2" →
  /// "==1.2").
  static Result<Specifier> parse(std::string_view text);

  [[nodiscard]] Operator op() const { return op_; }
  /// Of "==1.4.*": 1.4. Unset for `===` with a text that is no version.
  [[nodiscard]] const std::optional<Version>& version() const { return version_; }
  [[nodiscard]] bool is_wildcard() const { return wildcard_; }
  /// The part behind the operator, as written.
  [[nodiscard]] const std::string& operand() const { return operand_; }
  /// Names a pre-release, in a way that asks for one: "!=1.0rc1" does not.
  [[nodiscard]] bool mentions_prerelease() const;
  [[nodiscard]] bool contains(const Version& version,
                              Prereleases prereleases = Prereleases::if_mentioned) const;
  /// For a text that may be no version: only `===`, which compares spellings without case, can hold it.
  [[nodiscard]] bool contains_text(std::string_view text,
                                   Prereleases prereleases = Prereleases::if_mentioned) const;
  /// Exactly the versions for which `contains(v, Prereleases::allow)`. (`===` compares spellings, intervals
  /// cannot: it gives the one version it spells, or the empty set.)
  [[nodiscard]] const VersionRanges& ranges() const { return ranges_; }
  /// Operator and operand, as written.
  [[nodiscard]] std::string str() const;
  bool operator==(const Specifier& other) const;

 private:
  friend Result<Specifier> read_specifier(struct Cursor& cursor);
  Specifier(Operator op, std::string_view operand, std::optional<Version> version, bool wildcard);
  [[nodiscard]] bool admits(bool is_prerelease, Prereleases prereleases) const;

  Operator op_;
  bool wildcard_;
  std::string operand_;
  std::optional<Version> version_;
  VersionRanges ranges_;
};

/// Clauses that must all hold; no clause holds for every version.
class SpecifierSet {
 public:
  SpecifierSet() = default;
  /// "~=1.2, !=1.3.1": commas between clauses, a comma at the end is allowed. Old metadata such as ">=3.5.*"
  /// is read as what it was meant to be only by `parse_lenient`. Errors: bad_input with column and hint.
  static Result<SpecifierSet> parse(std::string_view text);
  /// For metadata that others published (Requires-Python: ">=3.5.*", ">=2.7,!=3.0.*,!=3.1.*,", "'>=3.6'"):
  /// repairs known mistakes, then parses. Errors: bad_input.
  static Result<SpecifierSet> parse_lenient(std::string_view text);
  static SpecifierSet of(std::vector<Specifier> clauses);

  [[nodiscard]] const std::vector<Specifier>& clauses() const { return clauses_; }
  [[nodiscard]] bool empty() const { return clauses_.empty(); }
  [[nodiscard]] bool mentions_prerelease() const;
  [[nodiscard]] bool contains(const Version& version,
                              Prereleases prereleases = Prereleases::if_mentioned) const;
  [[nodiscard]] bool contains_text(std::string_view text,
                                   Prereleases prereleases = Prereleases::if_mentioned) const;
  [[nodiscard]] VersionRanges ranges() const;
  /// The pinned version of a set with a `==` (without wildcard) or `===` clause: such a set may pick yanked
  /// files.
  [[nodiscard]] std::optional<Version> pinned() const;
  /// Clauses as written, sorted, joined with commas.
  [[nodiscard]] std::string str() const;
  /// The same clauses in any order, versions compared as versions.
  bool operator==(const SpecifierSet& other) const;

 private:
  std::vector<Specifier> clauses_;
};

}  // namespace envtool::pep
