#pragma once
// Which wheels share a layer. Pure.
#include <string>
#include <vector>

#include "envtool/support/byte_count.hpp"

namespace envtool::image {

/// Small wheels share this many layers, chosen by a hash of their name.
inline constexpr std::size_t kBuckets = 32;
/// Wheels of at least this size have a layer of their own …
inline constexpr ByteCount kOwnLayer = 1_MiB;
/// … unless that would be more layers than this: then only the larger ones have.
inline constexpr std::size_t kMostOwnLayers = 48;

struct WheelSize {
  std::string name;  ///< normalised
  ByteCount size;
};

/// In:     `wheels`, in any order; `room`, the most layers there may be (at least kBuckets + 1).
/// Out:    groups of indexes into `wheels`, each a layer: own layers first, then buckets, each sorted by
///         name. The same wheel is in the same group whatever the others are, except that the size for a
///         layer of one's own doubles until the number fits.
std::vector<std::vector<std::size_t>> group_wheels(const std::vector<WheelSize>& wheels, std::size_t room);

}  // namespace envtool::image
