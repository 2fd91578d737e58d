#include "envtool/resolve/solver/version_set.hpp"

#include <algorithm>
#include <bit>

namespace envtool::resolve::solver {

VersionSet::VersionSet(std::size_t candidates) : bits_(candidates + 1), words_((bits_ + 63) / 64, 0) {}

VersionSet VersionSet::any(std::size_t candidates) {
  VersionSet all(candidates);
  std::fill(all.words_.begin(), all.words_.end(), ~std::uint64_t{0});
  all.words_[0] &= ~std::uint64_t{1};
  all.clear_tail();
  return all;
}

VersionSet VersionSet::single(std::size_t candidates, Rank rank) {
  VersionSet one(candidates);
  one.insert(rank);
  return one;
}

bool VersionSet::empty() const {
  return std::all_of(words_.begin(), words_.end(), [](std::uint64_t word) { return word == 0; });
}

bool VersionSet::everything() const { return count() == bits_; }

std::size_t VersionSet::count() const {
  std::size_t members = 0;
  for (std::uint64_t word : words_) members += static_cast<std::size_t>(std::popcount(word));
  return members;
}

std::optional<Rank> VersionSet::highest() const { return highest_bit_below(bits_); }
std::optional<Rank> VersionSet::below(Rank rank) const { return highest_bit_below(rank + std::size_t{1}); }

std::optional<Rank> VersionSet::highest_bit_below(std::size_t end) const {
  for (std::size_t word = (end + 63) / 64; word-- > 0;) {
    std::uint64_t bits = words_[word];
    if (end < (word + 1) * 64) bits &= (std::uint64_t{1} << (end - word * 64)) - 1;
    if (word == 0) bits &= ~std::uint64_t{1};
    if (bits != 0) {
      auto bit = word * 64 + static_cast<std::size_t>(std::bit_width(bits)) - 1;
      return static_cast<Rank>(bit - 1);
    }
  }
  return std::nullopt;
}

VersionSet VersionSet::complement() const {
  VersionSet other = *this;
  for (std::uint64_t& word : other.words_) word = ~word;
  other.clear_tail();
  return other;
}

VersionSet VersionSet::present() const {
  VersionSet other = *this;
  if (!other.words_.empty()) other.words_[0] &= ~std::uint64_t{1};
  return other;
}

bool VersionSet::subset_of(const VersionSet& other) const {
  for (std::size_t i = 0; i < words_.size(); ++i)
    if ((words_[i] & ~other.words_[i]) != 0) return false;
  return true;
}

bool VersionSet::disjoint(const VersionSet& other) const {
  for (std::size_t i = 0; i < words_.size(); ++i)
    if ((words_[i] & other.words_[i]) != 0) return false;
  return true;
}

VersionSet& VersionSet::operator&=(const VersionSet& other) {
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
  return *this;
}

VersionSet& VersionSet::operator|=(const VersionSet& other) {
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  return *this;
}

void VersionSet::clear_tail() {
  if (bits_ % 64 != 0) words_.back() &= (std::uint64_t{1} << (bits_ % 64)) - 1;
}

}  // namespace envtool::resolve::solver
