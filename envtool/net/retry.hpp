#pragma once
// Private: how long to wait before the same request goes out again.
#include <chrono>
#include <optional>

#include "envtool/net/outcome.hpp"

namespace envtool::net {

/// In:  `attempt`, how many have failed (from 1).
/// Out: exponential back-off with jitter, or the server's Retry-After; nullopt to give up (not transient, no
///      attempts left, or the server asks for more than a minute).
std::optional<std::chrono::milliseconds> wait_before_retry(const Outcome& outcome, int attempt,
                                                           const Options& options);

}  // namespace envtool::net
