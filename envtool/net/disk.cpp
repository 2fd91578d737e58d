#include "envtool/net/disk.hpp"

#include "envtool/net/thread_signals.hpp"

namespace envtool::net {
namespace {
constexpr std::uint64_t kMostQueued = 16 << 20;
}

Disk::Disk() : thread_([this] { run(); }) {}

Disk::~Disk() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Disk::push(std::uint64_t bytes, std::function<void()> job) {
  {
    std::unique_lock lock(mutex_);
    // A job may queue its own continuation: it must not wait for itself.
    if (std::this_thread::get_id() != thread_.get_id())
      room_.wait(lock, [&] { return queued_bytes_ == 0 || queued_bytes_ + bytes <= kMostQueued; });
    queued_bytes_ += bytes;
    jobs_.push_back({bytes, std::move(job)});
  }
  wake_.notify_one();
}

void Disk::run() {
  block_signals_in_this_thread();
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return stop_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job.work();
    job.work = nullptr;  // frees its bytes before they are counted as free
    lock.lock();
    queued_bytes_ -= job.bytes;
    room_.notify_one();
  }
}

}  // namespace envtool::net
