#pragma once
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "envtool/support/result.hpp"

namespace envtool::resolve::python {

/// Answers that are asked for once, by key, and that any thread can wait for.
template <class T>
class Slots {
 public:
  using Answer = Result<std::shared_ptr<const T>>;

  /// True for the first caller, who has to `fill` it later.
  bool claim(const std::string& key) {
    std::lock_guard hold(mutex_);
    return slots_.try_emplace(key).second;
  }
  void fill(const std::string& key, Answer answer) {
    {
      std::lock_guard hold(mutex_);
      slots_[key] = std::move(answer);
    }
    filled_.notify_all();
  }
  /// Null while there is no answer, and when it is an error.
  std::shared_ptr<const T> peek(const std::string& key) {
    std::lock_guard hold(mutex_);
    auto found = slots_.find(key);
    if (found == slots_.end() || !found->second || !*found->second) return nullptr;
    return **found->second;
  }
  /// Errors: what it was filled with; cancelled.
  Answer wait(const std::string& key, std::stop_token stop) {
    std::stop_callback wake(stop, [this] {
      std::lock_guard hold(mutex_);
      filled_.notify_all();
    });
    std::unique_lock hold(mutex_);
    const auto& slot = slots_[key];
    filled_.wait(hold, [&] { return slot.has_value() || stop.stop_requested(); });
    if (!slot) return fail(Code::cancelled, "resolving was stopped");
    return *slot;
  }

 private:
  std::mutex mutex_;
  std::condition_variable filled_;
  std::map<std::string, std::optional<Answer>> slots_;
};

}  // namespace envtool::resolve::python
