#include "envtool/support/parallel.hpp"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace envtool {

std::size_t core_count() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return std::max(1U, std::thread::hardware_concurrency());
  return static_cast<std::size_t>(std::max(1, CPU_COUNT(&set)));
}

Result<void> parallel_for(std::size_t count, const std::function<Result<void>(std::size_t)>& work,
                          std::size_t threads, std::stop_token stop) {
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  std::mutex mutex;
  std::optional<Error> first;
  const auto keep = [&](Error error) {
    const std::scoped_lock lock(mutex);
    if (!first) first = std::move(error);
    failed = true;
  };
  const auto loop = [&] {
    for (;;) {
      const std::size_t i = next++;
      if (i >= count || failed) return;
      if (stop.stop_requested())
        return keep(
            Error{.code = Code::cancelled, .what = "interrupted", .place = {}, .chain = {}, .hints = {}});
      if (auto result = work(i); !result) return keep(std::move(result).error());
    }
  };
  if (threads == 0) threads = core_count();
  threads = std::min(threads, count);
  std::vector<std::jthread> pool;
  for (std::size_t i = 1; i < threads; ++i) pool.emplace_back(loop);
  if (threads > 0) loop();
  pool.clear();
  if (first) return fail(std::move(*first));
  return {};
}

}  // namespace envtool
