#include "envtool/net/multi.hpp"

#include <algorithm>

#include "envtool/net/thread_signals.hpp"

namespace envtool::net {
namespace {
constexpr std::size_t kStreamsPerHost = 128;  // over HTTP/2; libcurl opens another connection per 100
constexpr std::uint64_t kSlowBytesPerSecond = 1000;

struct GlobalCurl {
  GlobalCurl() { curl_global_init(CURL_GLOBAL_DEFAULT); }
};
}  // namespace

Multi::Multi(const Options& options) : options_(options) {
  static const GlobalCurl once;
  multi_ = curl_multi_init();
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, 64L);
  thread_ = std::thread([this] { run(); });
}

Multi::~Multi() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  curl_multi_wakeup(multi_);
  thread_.join();
  curl_multi_cleanup(multi_);
}

void Multi::post(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(work));
  }
  curl_multi_wakeup(multi_);
}

void Multi::enter(std::shared_ptr<Operation> operation) {
  auto* key = operation.get();
  operations_.emplace(key, std::move(operation));
  if (closing_) key->cancel();
}
void Multi::leave(Operation* operation) { operations_.erase(operation); }

void Multi::after(std::chrono::milliseconds delay, std::function<void()> work) {
  timers_.emplace(SteadyClock::now() + delay, std::move(work));
}

void Multi::add(Transfer& transfer) {
  auto& host = hosts_[transfer.origin()];
  if (host.limit == 0) host.limit = std::max<std::size_t>(1, options_.connections);
  // Not libcurl's own limit per host: a transfer that waits there has its connect timeout running.
  transfer.on_multiplexed = [this, &host] {
    host.limit = std::max(host.limit, kStreamsPerHost);
    // A moment later: libcurl refuses new handles inside its callbacks.
    after(std::chrono::milliseconds(0), [this, &host] { start_queued(host); });
  };
  transfer.host_received = &host.received;
  host.queue.push_back(&transfer);
  start_queued(host);
}

void Multi::start_queued(Host& host) {
  while (host.active < host.limit && !host.queue.empty()) {
    Transfer* transfer = host.queue.front();
    host.queue.pop_front();
    ++host.active;
    active_[transfer->handle()] = {transfer, SteadyClock::now(), 0, host.received};
    curl_multi_add_handle(multi_, transfer->handle());
  }
}

void Multi::release(Transfer& transfer) {
  auto& host = hosts_[transfer.origin()];
  if (active_.erase(transfer.handle()) > 0) {
    --host.active;
    curl_multi_remove_handle(multi_, transfer.handle());
    start_queued(host);
  } else {
    std::erase(host.queue, &transfer);
  }
}
void Multi::remove(Transfer& transfer) { release(transfer); }

void Multi::run() {
  block_signals_in_this_thread();
  last_stall_check_ = SteadyClock::now();
  for (;;) {
    const bool stop = run_posted();
    if (stop && !closing_) {
      closing_ = true;
      const auto all = operations_;
      for (const auto& [key, operation] : all) operation->cancel();
    }
    run_timers();
    if (closing_ && operations_.empty() && nothing_posted()) return;
    int running = 0;
    curl_multi_perform(multi_, &running);
    finish_completed();
    look_for_stalls();
    // Work posted meanwhile has woken the multi handle, so the wait returns at once.
    curl_multi_poll(multi_, nullptr, 0, wait_milliseconds(), nullptr);
  }
}

/// Out: whether the client is being destroyed.
bool Multi::run_posted() {
  std::vector<std::function<void()>> work;
  bool stop = false;
  {
    const std::lock_guard lock(mutex_);
    work.swap(posted_);
    stop = stop_;
  }
  for (auto& item : work) item();
  return stop;
}

bool Multi::nothing_posted() {
  const std::lock_guard lock(mutex_);
  return posted_.empty();
}

void Multi::run_timers() {
  const auto now = SteadyClock::now();
  while (!timers_.empty() && timers_.begin()->first <= now) {
    auto work = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    work();
  }
}

void Multi::finish_completed() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const auto found = active_.find(message->easy_handle);
    const CURLcode code = message->data.result;  // `message` dies with the handle
    if (found == active_.end()) continue;
    Transfer* transfer = found->second.transfer;
    auto done = std::move(transfer->on_done);
    release(*transfer);
    done(code, false);
  }
}

void Multi::look_for_stalls() {
  const auto now = SteadyClock::now();
  const auto window = options_.stall_timeout;
  if (now - last_stall_check_ < window / 4) return;
  last_stall_check_ = now;
  const std::uint64_t enough =
      kSlowBytesPerSecond * static_cast<std::uint64_t>(std::max<std::int64_t>(1, window.count())) / 1000;
  std::vector<CURL*> stalled;
  for (auto& [handle, active] : active_) {
    if (now - active.window_start < window) continue;
    const auto total = active.transfer->received();
    const auto host_total = hosts_[active.transfer->origin()].received;
    // A stream that waits while its neighbours on the same connection are served is not stalled.
    const bool moved = total - active.window_received >= enough ||
                       (active.transfer->multiplexed() && host_total - active.window_host_received >= enough);
    if (!moved) stalled.push_back(handle);
    active.window_start = now;
    active.window_received = total;
    active.window_host_received = host_total;
  }
  for (CURL* handle : stalled) {
    const auto found = active_.find(handle);
    if (found == active_.end()) continue;  // ended by what another one's end set off
    Transfer* transfer = found->second.transfer;
    auto done = std::move(transfer->on_done);
    release(*transfer);
    done(CURLE_OPERATION_TIMEDOUT, true);
  }
}

int Multi::wait_milliseconds() const {
  auto wait = std::chrono::milliseconds(active_.empty() ? 3'600'000 : 1000);
  if (!active_.empty()) wait = std::min(wait, options_.stall_timeout / 4);
  if (!timers_.empty()) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(timers_.begin()->first - SteadyClock::now());
    wait = std::clamp(left, std::chrono::milliseconds(0), wait);
  }
  return static_cast<int>(wait.count());
}

}  // namespace envtool::net
