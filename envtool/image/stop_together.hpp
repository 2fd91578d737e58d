#pragma once
// Work that goes on side by side ends together: the first error stops the rest.
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>

#include "envtool/support/events.hpp"
#include "envtool/support/result.hpp"

namespace envtool::image {

/// Hands everything on to `events`, but its stop token is also set by the first error.
class StopTogether : public Events {
 public:
  explicit StopTogether(Events& events)
      : events_(events), on_user_stop_(events.stop_token(), [this] { source_.request_stop(); }) {}

  /// Keep `error` if it is the first: what follows is mostly "cancelled".
  void stop(Error error) {
    {
      const std::scoped_lock lock(mutex_);
      if (!first_) first_ = std::move(error);
    }
    source_.request_stop();
  }
  /// The first error, if there was one.
  [[nodiscard]] Result<void> outcome() const {
    const std::scoped_lock lock(mutex_);
    return first_ ? Result<void>(fail(*first_)) : Result<void>{};
  }

  void progress(const Progress& progress) override { events_.progress(progress); }
  void warn(std::string_view sentence) override { events_.warn(sentence); }
  void note(std::string_view sentence) override { events_.note(sentence); }
  void detail(std::string_view sentence) override { events_.detail(sentence); }
  [[nodiscard]] std::stop_token stop_token() const override { return source_.get_token(); }

 private:
  Events& events_;
  std::stop_source source_;
  mutable std::mutex mutex_;
  std::optional<Error> first_;
  std::stop_callback<std::function<void()>> on_user_stop_;
};

}  // namespace envtool::image
