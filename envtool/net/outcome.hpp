#pragma once
// Private: what one attempt, and then one exchange, ended in.
#include <chrono>
#include <optional>

#include "envtool/net/client.hpp"

namespace envtool::net {

struct Outcome {
  Result<Response> result;
  bool transient = false;  ///< the same request may succeed a moment later
  std::optional<std::chrono::seconds> retry_after;
  bool delivered = false;  ///< bytes already went to the sink: only the sink's owner can ask again
};

}  // namespace envtool::net
