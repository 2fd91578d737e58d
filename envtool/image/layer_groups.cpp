#include "envtool/image/layer_groups.hpp"

#include <algorithm>
#include <numeric>

#include "envtool/support/digest.hpp"

namespace envtool::image {
namespace {

std::size_t bucket_of(const std::string& name) { return Digest::of(name).bytes()[0] % kBuckets; }

std::uint64_t threshold(const std::vector<WheelSize>& wheels, std::size_t most) {
  std::uint64_t size = kOwnLayer.value;
  const auto own = [&] {
    return static_cast<std::size_t>(std::count_if(
        wheels.begin(), wheels.end(), [&](const WheelSize& wheel) { return wheel.size.value >= size; }));
  };
  while (own() > most) size *= 2;
  return size;
}

}  // namespace

std::vector<std::vector<std::size_t>> group_wheels(const std::vector<WheelSize>& wheels, std::size_t room) {
  const std::size_t most = std::min(kMostOwnLayers, room > kBuckets ? room - kBuckets : 0);
  const std::uint64_t own_from = threshold(wheels, most);
  std::vector<std::size_t> order(wheels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return wheels[a].name < wheels[b].name; });
  std::vector<std::vector<std::size_t>> groups;
  std::vector<std::vector<std::size_t>> buckets(kBuckets);
  for (const std::size_t i : order) {
    if (wheels[i].size.value >= own_from) groups.push_back({i});
    else buckets[bucket_of(wheels[i].name)].push_back(i);
  }
  for (auto& bucket : buckets)
    if (!bucket.empty()) groups.push_back(std::move(bucket));
  return groups;
}

}  // namespace envtool::image
