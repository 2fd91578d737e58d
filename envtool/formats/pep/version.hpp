#pragma once
// PEP 440 versions: a value that compares by two integers nearly always and is exact always.
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "envtool/support/result.hpp"

namespace envtool::pep {

enum class PreKind : std::uint8_t { a, b, rc };

/// The pieces of a version as digits, views into its text. Numbers stay text because PEP 440 sets no limit:
/// leading zeros are stripped, "0" is "0".
struct VersionParts {
  std::string_view epoch = "0";
  std::string_view release;  ///< as written, dots and leading zeros included: "1.02.0"
  std::optional<PreKind> pre;
  std::string_view pre_number = "0";
  std::optional<std::string_view> post;
  std::optional<std::string_view> dev;
  std::string_view local;  ///< as written, without '+'; empty: none
};

/// A version of PEP 440 in any of its spellings. `==` and `<=>` are those of the PEP ("1.0" == "1.0.0",
/// "v1.0-ALPHA" == "1.0a0"); `text()` keeps the spelling for URLs.
class Version {
 public:
  Version() : Version(*try_parse("0")) {}
  /// In: the whole text; surrounding white space is ignored. Errors: bad_input, names the text.
  /// Source: PEP 440, appendix B.
  static Result<Version> parse(std::string_view text);
  /// The same without the cost of an Error: index pages hold thousands of names that are no versions.
  static std::optional<Version> try_parse(std::string_view text);
  /// For literals in code and tests; the text must be a version.
  static Version of(std::string_view text) { return *try_parse(text); }

  /// As it was written, without surrounding white space.
  [[nodiscard]] const std::string& text() const { return text_; }
  /// Normalised: "1.0a1.post2.dev3+local.7". Trailing zeros are kept.
  [[nodiscard]] std::string str() const;
  /// Views into this object.
  [[nodiscard]] VersionParts parts() const;
  /// Has an a, b, rc or dev segment.
  [[nodiscard]] bool is_prerelease() const { return (flags_ & (kPre | kDev)) != 0; }
  [[nodiscard]] bool is_postrelease() const { return (flags_ & kPost) != 0; }
  [[nodiscard]] bool is_devrelease() const { return (flags_ & kDev) != 0; }
  [[nodiscard]] bool has_local() const { return (flags_ & kLocal) != 0; }
  /// Without the local segment, normalised.
  [[nodiscard]] Version without_local() const;
  /// Epoch and release alone, normalised: "1!2.0".
  [[nodiscard]] std::string base() const;
  /// The release as numbers, for "3.11" → {3, 11}; a number over 2^64-1 saturates.
  [[nodiscard]] std::vector<std::uint64_t> release() const;

  /// Points between versions, for interval ends only (see ranges.hpp). `after_locals(v)` lies above v and
  /// every v+local, below v.post0.dev0; `after_posts(v)` lies above those and every v.postN, below the next
  /// release.
  [[nodiscard]] Version after_locals() const;
  [[nodiscard]] Version after_posts() const;
  [[nodiscard]] bool is_point() const { return point_ != Point::none; }
  [[nodiscard]] bool is_after_locals() const { return point_ == Point::after_locals; }
  [[nodiscard]] bool is_after_posts() const { return point_ == Point::after_posts; }
  /// Of a point: whether it lies directly below `version`, no version between (after_locals(1.0)
  /// and 1.0.post0.dev0).
  [[nodiscard]] bool is_directly_below(const Version& version) const;
  /// The version that a point was made from.
  [[nodiscard]] Version without_point() const;

  friend bool operator==(const Version& a, const Version& b) {
    return a.high_ == b.high_ && a.low_ == b.low_ && (a.exact() || compare_slowly(a, b) == 0);
  }
  friend std::strong_ordering operator<=>(const Version& a, const Version& b) {
    if (a.high_ != b.high_) return a.high_ <=> b.high_;
    if (a.low_ != b.low_) return a.low_ <=> b.low_;
    return a.exact() ? std::strong_ordering::equal : compare_slowly(a, b);
  }
  /// Equal versions have equal hashes.
  [[nodiscard]] std::size_t hash() const noexcept {
    return static_cast<std::size_t>((high_ ^ (low_ >> 31)) * 0x9E3779B97F4A7C15ULL ^ low_);
  }

 private:
  enum class Point : std::uint8_t { none, after_locals, after_posts };
  static constexpr std::uint8_t kPre = 1, kPost = 2, kDev = 4, kLocal = 8;
  Version(std::string_view text, const VersionParts& parts, Point point);
  void pack(const VersionParts& parts);
  static std::strong_ordering compare_slowly(const Version& a, const Version& b);
  [[nodiscard]] bool exact() const { return (low_ & 3) == 1; }

  // A weakly monotone key: different keys order the versions; equal keys of exact versions are equal
  // versions; equal keys else are compared piece by piece. Layout in version_key.cpp.
  std::uint64_t high_ = 0;
  std::uint64_t low_ = 0;
  std::string text_;
  Point point_ = Point::none;
  std::uint8_t flags_ = 0;
};

/// Split a text into its pieces; nullopt when it is no version. The views point into `text`.
std::optional<VersionParts> split_version(std::string_view text);

/// The longest version at the start of `text`, as specifiers and requirements need it.
struct VersionPrefix {
  VersionParts parts;
  std::size_t length = 0;  ///< 0: there is none
};
VersionPrefix split_version_prefix(std::string_view text);

/// Without leading zeros; "0" stays.
std::string_view strip_zeros(std::string_view digits);
/// By value, for digits without leading zeros of any length.
std::strong_ordering compare_numbers(std::string_view a, std::string_view b);
/// The number that follows, of any length: "199" → "200".
std::string next_after(std::string_view digits);
/// Walks "1.02.0" number by number: takes the next (stripped) off the front, "0" once the text is used up.
std::string_view next_number(std::string_view& dotted);

}  // namespace envtool::pep

template <>
struct std::hash<envtool::pep::Version> {
  std::size_t operator()(const envtool::pep::Version& version) const noexcept { return version.hash(); }
};
