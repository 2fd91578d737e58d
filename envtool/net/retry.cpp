#include "envtool/net/retry.hpp"

#include <algorithm>
#include <random>

namespace envtool::net {

std::optional<std::chrono::milliseconds> wait_before_retry(const Outcome& outcome, int attempt,
                                                           const Options& options) {
  using std::chrono::milliseconds;
  constexpr milliseconds kLongest{10'000};
  constexpr std::chrono::seconds kPatience{60};
  if (!outcome.transient || attempt >= options.attempts) return std::nullopt;
  if (outcome.retry_after) {
    if (*outcome.retry_after > kPatience) return std::nullopt;
    return *outcome.retry_after;
  }
  // Half fixed, half chance: a classroom of machines must not come back in step.
  static thread_local std::minstd_rand chance(std::random_device{}());
  const auto base =
      std::min<milliseconds>(kLongest, options.first_backoff * (1LL << std::min(attempt - 1, 20)));
  std::uniform_int_distribution<std::int64_t> spread(0, base.count());
  return milliseconds(base.count() / 2 + spread(chance));
}

}  // namespace envtool::net
