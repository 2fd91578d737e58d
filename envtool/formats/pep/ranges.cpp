#include "envtool/formats/pep/ranges.hpp"

#include <algorithm>
#include <utility>

namespace envtool::pep {
namespace {

/// A lower end is smaller when it lets in more.
bool lower_before(const VersionInterval& a, const VersionInterval& b) {
  if (!a.lower || !b.lower) return !a.lower && b.lower;
  const auto order = *a.lower <=> *b.lower;
  return order < 0 || (order == 0 && a.lower_inclusive && !b.lower_inclusive);
}
/// An upper end is smaller when it lets in less.
bool upper_before(const VersionInterval& a, const VersionInterval& b) {
  if (!a.upper || !b.upper) return a.upper && !b.upper;
  const auto order = *a.upper <=> *b.upper;
  return order < 0 || (order == 0 && !a.upper_inclusive && b.upper_inclusive);
}

bool is_empty(const VersionInterval& i) {
  static const Version kLeast = Version::of("0.dev0");
  if (!i.upper) return false;
  if (!i.lower) return !i.upper_inclusive && *i.upper <= kLeast;
  const auto order = *i.lower <=> *i.upper;
  if (order >= 0) return order > 0 || !(i.lower_inclusive && i.upper_inclusive);
  return !i.upper_inclusive && i.lower->is_directly_below(*i.upper);
}

/// Whether nothing lies between the end of `a` and the start of `b`, which starts no earlier than `a`.
bool joins(const VersionInterval& a, const VersionInterval& b) {
  if (!a.upper || !b.lower) return true;
  const auto order = *b.lower <=> *a.upper;
  return order < 0 || (order == 0 && (a.upper_inclusive || b.lower_inclusive));
}

}  // namespace

bool VersionInterval::contains(const Version& version) const {
  if (lower) {
    const auto order = version <=> *lower;
    if (order < 0 || (order == 0 && !lower_inclusive)) return false;
  }
  if (!upper) return true;
  const auto order = version <=> *upper;
  return order < 0 || (order == 0 && upper_inclusive);
}

VersionRanges VersionRanges::full() {
  VersionRanges out;
  out.intervals_.emplace_back();
  return out;
}

VersionRanges VersionRanges::singleton(const Version& version) {
  VersionRanges out;
  out.intervals_.push_back({version, true, version, true});
  return out;
}

VersionRanges VersionRanges::of(std::vector<VersionInterval> intervals) {
  std::erase_if(intervals, is_empty);
  std::sort(intervals.begin(), intervals.end(), lower_before);
  VersionRanges out;
  for (auto& next : intervals) {
    if (out.intervals_.empty() || !joins(out.intervals_.back(), next)) {
      out.intervals_.push_back(std::move(next));
    } else if (auto& last = out.intervals_.back(); upper_before(last, next)) {
      last.upper = std::move(next.upper);
      last.upper_inclusive = next.upper_inclusive;
    }
  }
  return out;
}

bool VersionRanges::is_full() const {
  return intervals_.size() == 1 && !intervals_.front().lower && !intervals_.front().upper;
}

bool VersionRanges::contains(const Version& version) const {
  // The last interval that starts at or below the version is the only one that can hold it.
  const auto after =
      std::partition_point(intervals_.begin(), intervals_.end(),
                           [&](const VersionInterval& i) { return !i.lower || *i.lower <= version; });
  return after != intervals_.begin() && std::prev(after)->contains(version);
}

VersionRanges VersionRanges::complement() const {
  VersionRanges out;
  VersionInterval gap;
  for (const auto& i : intervals_) {
    gap.upper = i.lower;
    gap.upper_inclusive = i.lower && !i.lower_inclusive;
    if (i.lower && !is_empty(gap)) out.intervals_.push_back(gap);
    gap = {i.upper, i.upper && !i.upper_inclusive, std::nullopt, false};
    if (!i.upper) return out;
  }
  out.intervals_.push_back(std::move(gap));
  return out;
}

VersionRanges VersionRanges::intersection(const VersionRanges& other) const {
  VersionRanges out;
  auto a = intervals_.begin();
  auto b = other.intervals_.begin();
  while (a != intervals_.end() && b != other.intervals_.end()) {
    const auto& start = lower_before(*a, *b) ? *b : *a;
    const bool a_ends_first = upper_before(*a, *b);
    const auto& end = a_ends_first ? *a : *b;
    VersionInterval both{start.lower, start.lower_inclusive, end.upper, end.upper_inclusive};
    if (!is_empty(both)) out.intervals_.push_back(std::move(both));
    ++(a_ends_first ? a : b);
  }
  return out;
}

VersionRanges VersionRanges::united(const VersionRanges& other) const {
  auto all = intervals_;
  all.insert(all.end(), other.intervals_.begin(), other.intervals_.end());
  return of(std::move(all));
}

}  // namespace envtool::pep
