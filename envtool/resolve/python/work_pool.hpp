#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace envtool::resolve::python {

/// Threads that parse what the network thread receives, so that it never waits for a parser.
class WorkPool {
 public:
  explicit WorkPool(std::size_t threads);
  /// Finishes what was posted.
  ~WorkPool();
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;
  void post(std::function<void()> job);
  /// After everything that somebody waits for: writing caches.
  void post_later(std::function<void()> job);

 private:
  void run();
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_, later_;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace envtool::resolve::python
