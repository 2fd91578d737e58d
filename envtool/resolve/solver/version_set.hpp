#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace envtool::resolve::solver {

/// Index of a candidate among a package's known ones, lowest version 0.
using Rank = std::uint32_t;

/// A set over what a package can be in a solution: absent, or one of its n candidates. "Absent" is a member
/// like the others, so a negative term of PubGrub ("not numpy <2") is simply the complement, and every
/// operation is exact: two ranges that hold the same candidates are equal.
class VersionSet {
 public:
  VersionSet() = default;
  /// No member.
  explicit VersionSet(std::size_t candidates);
  /// Every candidate, not absent.
  static VersionSet any(std::size_t candidates);
  static VersionSet single(std::size_t candidates, Rank rank);

  void insert(Rank rank) { set(rank + std::size_t{1}); }
  void insert_absent() { set(0); }
  [[nodiscard]] bool contains(Rank rank) const { return test(rank + std::size_t{1}); }
  [[nodiscard]] bool contains_absent() const { return test(0); }
  [[nodiscard]] std::size_t candidates() const { return bits_ == 0 ? 0 : bits_ - 1; }

  [[nodiscard]] bool empty() const;
  [[nodiscard]] bool everything() const;  ///< absent and every candidate
  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] std::optional<Rank> highest() const;
  /// The next member below `rank`.
  [[nodiscard]] std::optional<Rank> below(Rank rank) const;
  [[nodiscard]] VersionSet complement() const;
  [[nodiscard]] bool subset_of(const VersionSet& other) const;
  [[nodiscard]] bool disjoint(const VersionSet& other) const;
  /// The same without "absent".
  [[nodiscard]] VersionSet present() const;

  VersionSet& operator&=(const VersionSet& other);
  VersionSet& operator|=(const VersionSet& other);
  friend VersionSet operator&(VersionSet a, const VersionSet& b) { return a &= b; }
  friend VersionSet operator|(VersionSet a, const VersionSet& b) { return a |= b; }
  bool operator==(const VersionSet&) const = default;

 private:
  void set(std::size_t bit) { words_[bit / 64] |= std::uint64_t{1} << (bit % 64); }
  [[nodiscard]] bool test(std::size_t bit) const { return (words_[bit / 64] >> (bit % 64) & 1) != 0; }
  [[nodiscard]] std::optional<Rank> highest_bit_below(std::size_t end) const;
  void clear_tail();

  std::size_t bits_ = 0;  ///< candidates + 1
  std::vector<std::uint64_t> words_;
};

}  // namespace envtool::resolve::solver
