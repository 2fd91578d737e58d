#pragma once
// Sets of versions as sorted disjoint intervals: what a solver works on.
#include <optional>
#include <string>
#include <vector>

#include "envtool/formats/pep/version.hpp"

namespace envtool::pep {

/// Versions between two ends; an unset end is unbounded. An end may be a point between versions
/// (Version::after_locals), which no real version equals.
struct VersionInterval {
  std::optional<Version> lower;
  bool lower_inclusive = false;
  std::optional<Version> upper;
  bool upper_inclusive = false;
  [[nodiscard]] bool contains(const Version& version) const;
  bool operator==(const VersionInterval&) const = default;
};

/// A canonical set: intervals are sorted, not empty, disjoint and never touch, so that equal sets built from
/// the same ends compare equal.
class VersionRanges {
 public:
  VersionRanges() = default;  ///< the empty set
  static VersionRanges full();
  /// Exactly this version, its local segment included.
  static VersionRanges singleton(const Version& version);
  /// Any list, in any order, overlapping or empty.
  static VersionRanges of(std::vector<VersionInterval> intervals);

  [[nodiscard]] const std::vector<VersionInterval>& intervals() const { return intervals_; }
  [[nodiscard]] bool empty() const { return intervals_.empty(); }
  [[nodiscard]] bool is_full() const;
  /// O(log intervals).
  [[nodiscard]] bool contains(const Version& version) const;
  [[nodiscard]] VersionRanges complement() const;
  [[nodiscard]] VersionRanges intersection(const VersionRanges& other) const;
  [[nodiscard]] VersionRanges united(const VersionRanges& other) const;
  bool operator==(const VersionRanges&) const = default;

 private:
  std::vector<VersionInterval> intervals_;
};

/// For sentences, as a person would write the specifiers: ">=1.0,<2.0", "==1.4.2", "<1.0 or >=2.0", "any
/// version", "no version".
std::string render(const VersionRanges& ranges);

}  // namespace envtool::pep
