#pragma once
// Private: the network thread. Runs posted work, timers and libcurl's multi handle, and queues transfers
// per host.
#include <curl/curl.h>

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "envtool/net/client.hpp"
#include "envtool/net/transfer.hpp"

namespace envtool::net {

using SteadyClock = std::chrono::steady_clock;

/// Something under way that is ended when the client is destroyed. All on the network thread.
class Operation {
 public:
  virtual ~Operation() = default;
  virtual void cancel() = 0;  ///< idempotent; ends with `leave`, perhaps a little later
};

class Multi {
 public:
  explicit Multi(const Options& options);
  /// Cancels what is under way, lets it finish, joins.
  ~Multi();
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;

  /// From any thread: run `work` on the network thread.
  void post(std::function<void()> work);
  [[nodiscard]] bool inside() const { return std::this_thread::get_id() == thread_.get_id(); }

  // The rest from the network thread only.
  void enter(std::shared_ptr<Operation> operation);
  void leave(Operation* operation);
  void after(std::chrono::milliseconds delay, std::function<void()> work);
  /// Starts the transfer, or queues it while its host has enough to do. It must live until `on_done` or
  /// `remove`.
  void add(Transfer& transfer);
  void remove(Transfer& transfer);
  [[nodiscard]] bool closing() const { return closing_; }

 private:
  struct Host {
    std::size_t limit = 0;
    std::size_t active = 0;
    std::deque<Transfer*> queue;
    std::uint64_t received = 0;  ///< body bytes of all its transfers
  };
  struct Active {
    Transfer* transfer = nullptr;
    SteadyClock::time_point window_start;
    std::uint64_t window_received = 0;
    std::uint64_t window_host_received = 0;
  };

  void run();
  bool run_posted();
  bool nothing_posted();
  void run_timers();
  void finish_completed();
  void look_for_stalls();
  void start_queued(Host& host);
  void release(Transfer& transfer);
  int wait_milliseconds() const;

  const Options& options_;
  CURLM* multi_ = nullptr;
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
  bool stop_ = false;  ///< guarded by mutex_
  bool closing_ = false;
  std::multimap<SteadyClock::time_point, std::function<void()>> timers_;
  std::unordered_map<Operation*, std::shared_ptr<Operation>> operations_;
  std::unordered_map<std::string, Host> hosts_;
  std::unordered_map<CURL*, Active> active_;
  SteadyClock::time_point last_stall_check_;
  std::thread thread_;
};

}  // namespace envtool::net
