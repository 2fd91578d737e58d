#pragma once
#include <cstddef>
#include <functional>
#include <stop_token>

#include "envtool/support/result.hpp"

namespace envtool {

/// Run `work(i)` for i in [0, count) on up to `threads` threads (0: one per core), in index order of start.
/// The first error stops further starts and is returned; Code::cancelled when `stop` is requested.
Result<void> parallel_for(std::size_t count, const std::function<Result<void>(std::size_t)>& work,
                          std::size_t threads = 0, std::stop_token stop = {});

/// Cores this process may use (sched_getaffinity), at least 1.
std::size_t core_count();

}  // namespace envtool
