#include "envtool/resolve/python/work_pool.hpp"

namespace envtool::resolve::python {

WorkPool::WorkPool(std::size_t threads) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

WorkPool::~WorkPool() {
  {
    std::lock_guard hold(mutex_);
    closing_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WorkPool::post(std::function<void()> job) {
  {
    std::lock_guard hold(mutex_);
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
}

void WorkPool::post_later(std::function<void()> job) {
  {
    std::lock_guard hold(mutex_);
    later_.push_back(std::move(job));
  }
  wake_.notify_one();
}

void WorkPool::run() {
  std::unique_lock hold(mutex_);
  while (true) {
    wake_.wait(hold, [this] { return closing_ || !jobs_.empty() || !later_.empty(); });
    auto& queue = jobs_.empty() ? later_ : jobs_;
    if (queue.empty()) return;
    auto job = std::move(queue.front());
    queue.pop_front();
    hold.unlock();
    job();
    job = nullptr;
    hold.lock();
  }
}

}  // namespace envtool::resolve::python
