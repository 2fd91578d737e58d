#pragma once
// Private: the thread that hashes and writes what the network thread receives, in order.
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace envtool::net {

class Disk {
 public:
  Disk();
  /// Does what is queued, then joins.
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  /// Queue a job that holds `bytes` of memory. Waits while more than 16 MiB are queued: the wait reaches the
  /// server through TCP, and memory stays bounded however slow the disk is.
  void push(std::uint64_t bytes, std::function<void()> job);

 private:
  void run();

  struct Job {
    std::uint64_t bytes = 0;
    std::function<void()> work;
  };
  std::mutex mutex_;
  std::condition_variable wake_, room_;
  std::deque<Job> jobs_;
  std::uint64_t queued_bytes_ = 0;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace envtool::net
