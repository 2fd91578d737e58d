#pragma once
// Private: one request with its retries, from start to its single answer.
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include "envtool/net/multi.hpp"

namespace envtool::net {

class Exchange : public Operation, public std::enable_shared_from_this<Exchange> {
 public:
  /// On the network thread. `done` is called once, later or (when closing) at once.
  static std::shared_ptr<Exchange> start(Multi& multi, const Options& options, Call call,
                                         std::stop_token stop, std::function<void(Outcome)> done);
  Exchange(Multi& multi, const Options& options, Call call, std::function<void(Outcome)> done);
  void cancel() override;

 private:
  void attempt();
  void ended(CURLcode code, bool stalled);
  void finish(Outcome outcome);

  Multi& multi_;
  const Options& options_;
  Call call_;
  std::function<void(Outcome)> done_;
  std::unique_ptr<Transfer> transfer_;
  int attempts_ = 0;
  bool finished_ = false;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

}  // namespace envtool::net
