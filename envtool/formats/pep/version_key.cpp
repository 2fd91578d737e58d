// How versions compare: two packed integers first, the pieces where those cannot tell.
//
//   high  epoch 2 | release[0] 25 | release[1] 12 | release[2] 25
//   low   release[3] 27 | kind 4 | number 31 | rest 2
//
// `kind` orders what follows the release, `number` is that segment's, `rest` says whether more follows that
// sorts below (0), nothing (1, the key is the whole version), or more that sorts above (2, 3). A number too
// large for its field fills it with ones and leaves all later bits 0: the key stays monotone and says
// "compare slowly". The widths follow what indexes hold: dates as first, third or fourth number are common.
#include <array>
#include <charconv>

#include "envtool/formats/pep/version.hpp"
#include "envtool/support/text.hpp"

namespace envtool::pep {
namespace {

constexpr std::array<unsigned, 4> kReleaseBits = {25, 12, 25, 27};
enum Kind : std::uint64_t { dev = 1, alpha = 2, final = 5, post = 6, more_release = 15 };

/// Fills fields from the top; after one that is full, everything is 0.
class Packer {
 public:
  void put(std::string_view number, unsigned bits) {
    const std::uint64_t most = (1ULL << bits) - 1;
    std::uint64_t value = most;
    if (number.size() <= 10) std::from_chars(number.data(), number.data() + number.size(), value);
    put_value(value >= most ? most : value, bits);
    full_ = full_ || value >= most;
  }
  void put_value(std::uint64_t value, unsigned bits) { word_ = (word_ << bits) | (full_ ? 0 : value); }
  std::uint64_t take() { return std::exchange(word_, 0); }

 private:
  std::uint64_t word_ = 0;
  bool full_ = false;
};

bool all_zero(std::string_view dotted) { return dotted.find_first_not_of("0.") == std::string_view::npos; }

std::strong_ordering compare_releases(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty())
    if (const auto order = compare_numbers(next_number(a), next_number(b)); order != 0) return order;
  return std::strong_ordering::equal;
}

/// Local versions: strings below numbers, strings without case, a longer one above its prefix.
std::strong_ordering compare_locals(std::string_view a, std::string_view b) {
  const auto next = [](std::string_view& rest) {
    const auto end = std::min(rest.find_first_of("._-"), rest.size());
    const auto piece = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return piece;
  };
  const auto is_number = [](std::string_view s) {
    return s.find_first_not_of("0123456789") == std::string_view::npos;
  };
  while (!a.empty() && !b.empty()) {
    const auto left = next(a);
    const auto right = next(b);
    if (is_number(left) != is_number(right)) return is_number(left) <=> is_number(right);
    const auto order = is_number(left) ? compare_numbers(strip_zeros(left), strip_zeros(right))
                                       : to_lower(left).compare(to_lower(right)) <=> 0;
    if (order != 0) return order;
  }
  return !a.empty() <=> !b.empty();
}

/// dev alone sorts below a; no pre-release above rc.
int pre_rank(const VersionParts& parts) {
  if (parts.pre) return static_cast<int>(*parts.pre);
  return parts.dev && !parts.post ? -1 : 3;
}

}  // namespace

void Version::pack(const VersionParts& parts) {
  flags_ = static_cast<std::uint8_t>((parts.pre ? kPre : 0) | (parts.post ? kPost : 0) |
                                     (parts.dev ? kDev : 0) | (parts.local.empty() ? 0 : kLocal));
  Packer packer;
  auto release = parts.release;
  packer.put(parts.epoch, 2);
  for (std::size_t i = 0; i < 3; ++i) packer.put(next_number(release), kReleaseBits[i]);
  high_ = packer.take();
  packer.put(next_number(release), kReleaseBits[3]);
  const bool above = has_local() || point_ != Point::none;
  if (!all_zero(release)) {
    packer.put_value(Kind::more_release, 4);
    packer.put_value(0, 33);
  } else if (parts.pre) {
    packer.put_value(Kind::alpha + static_cast<std::uint64_t>(*parts.pre), 4);
    packer.put(parts.pre_number, 31);
    packer.put_value(is_after_posts() ? 3 : parts.post ? 2 : parts.dev ? 0 : above ? 2 : 1, 2);
  } else if (is_after_posts()) {
    packer.put_value(Kind::post, 4);
    packer.put_value((1ULL << 31) - 1, 31);
    packer.put_value(3, 2);
  } else if (parts.post) {
    packer.put_value(Kind::post, 4);
    packer.put(*parts.post, 31);
    packer.put_value(parts.dev ? 0 : above ? 2 : 1, 2);
  } else if (parts.dev) {
    packer.put_value(Kind::dev, 4);
    packer.put(*parts.dev, 31);
    packer.put_value(above ? 2 : 1, 2);
  } else {
    packer.put_value(Kind::final, 4);
    packer.put_value(0, 31);
    packer.put_value(above ? 2 : 1, 2);
  }
  low_ = packer.take();
}

std::strong_ordering Version::compare_slowly(const Version& a, const Version& b) {
  const auto left = a.parts();
  const auto right = b.parts();
  if (const auto order = compare_numbers(left.epoch, right.epoch); order != 0) return order;
  if (const auto order = compare_releases(left.release, right.release); order != 0) return order;
  if (const auto order = pre_rank(left) <=> pre_rank(right); order != 0) return order;
  if (const auto order = compare_numbers(left.pre_number, right.pre_number); order != 0) return order;
  const auto post_rank = [](const Version& v, const VersionParts& p) {
    return v.is_after_posts() ? 2 : p.post ? 1 : 0;
  };
  if (const auto order = post_rank(a, left) <=> post_rank(b, right); order != 0) return order;
  if (a.is_after_posts()) return std::strong_ordering::equal;
  if (const auto order = compare_numbers(left.post.value_or("0"), right.post.value_or("0")); order != 0)
    return order;
  if (const auto order = !left.dev <=> !right.dev; order != 0) return order;
  if (const auto order = compare_numbers(left.dev.value_or("0"), right.dev.value_or("0")); order != 0)
    return order;
  if (const auto order = a.is_after_locals() <=> b.is_after_locals(); order != 0) return order;
  if (a.is_after_locals()) return std::strong_ordering::equal;
  return compare_locals(left.local, right.local);
}

}  // namespace envtool::pep
