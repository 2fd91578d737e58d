#include "envtool/net/exchange.hpp"

#include "envtool/net/errors.hpp"
#include "envtool/net/retry.hpp"

namespace envtool::net {

Exchange::Exchange(Multi& multi, const Options& options, Call call, std::function<void(Outcome)> done)
    : multi_(multi), options_(options), call_(std::move(call)), done_(std::move(done)) {}

std::shared_ptr<Exchange> Exchange::start(Multi& multi, const Options& options, Call call,
                                          std::stop_token stop, std::function<void(Outcome)> done) {
  auto self = std::make_shared<Exchange>(multi, options, std::move(call), std::move(done));
  multi.enter(self);
  if (self->finished_) return self;
  if (stop.stop_requested()) {
    self->cancel();
    return self;
  }
  if (stop.stop_possible()) {
    self->on_stop_.emplace(std::move(stop), [&multi, weak = std::weak_ptr(self)] {
      multi.post([weak] {
        if (auto exchange = weak.lock()) exchange->cancel();
      });
    });
  }
  self->attempt();
  return self;
}

void Exchange::attempt() {
  if (finished_) return;
  ++attempts_;
  transfer_ = std::make_unique<Transfer>(call_, options_);
  transfer_->on_done = [self = shared_from_this()](CURLcode code, bool stalled) {
    self->ended(code, stalled);
  };
  multi_.add(*transfer_);
}

void Exchange::ended(CURLcode code, bool stalled) {
  const auto transfer = std::move(transfer_);
  Outcome outcome = transfer->outcome(code, stalled);
  const bool again = call_.request.retry && !outcome.delivered && !multi_.closing();
  const auto wait = again ? wait_before_retry(outcome, attempts_, options_) : std::nullopt;
  if (!wait) return finish(std::move(outcome));
  multi_.after(*wait, [self = shared_from_this()] { self->attempt(); });
}

void Exchange::cancel() {
  if (finished_) return;
  if (transfer_) {
    transfer_->on_done = nullptr;  // it holds this object
    multi_.remove(*transfer_);
    transfer_.reset();
  }
  finish({.result = Failure(cancelled_error(call_.request.url)),
          .transient = false,
          .retry_after = {},
          .delivered = false});
}

void Exchange::finish(Outcome outcome) {
  finished_ = true;
  on_stop_.reset();
  const auto self = shared_from_this();
  multi_.leave(this);
  const auto done = std::move(done_);
  done(std::move(outcome));
}

}  // namespace envtool::net
