#include "envtool/image/wheel_jobs.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <queue>
#include <thread>

#include "envtool/image/stop_together.hpp"
#include "envtool/image/wheel_tree.hpp"
#include "envtool/support/parallel.hpp"

namespace envtool::image {
namespace {

/// A wheel of this size alone fills the network: a few at a time, so that the first is unpacked while the
/// next arrive, instead of all arriving last and together.
constexpr std::uint64_t kBig = 24ULL << 20;
constexpr std::size_t kBigAtOnce = 3, kSmallAtOnce = 16;
/// Each wheel that waits to be unpacked holds a lock's descriptor and room on the disk.
constexpr std::size_t kMostWaiting = 128;

/// A wheel that is here. Its lock is held until its tree is in the store: who holds one waits for no other,
/// so two processes with many wheels in common cannot wait for each other.
struct Arrived {
  const WheelJob* job;
  FetchedWheel wheel;
  FileLock lock;
};
struct SmallerFirst {
  bool operator()(const Arrived& a, const Arrived& b) const {
    return a.job->what->wheel.size < b.job->what->wheel.size;
  }
};

class Run {
 public:
  Run(std::vector<WheelJob> jobs, MakeContext& context,
      const std::function<Result<void>(store::Tree, bool)>& on_tree)
      : jobs_(std::move(jobs)),
        together_(context.events),
        context_{.store = context.store,
                 .client = context.client,
                 .executor = context.executor,
                 .events = together_,
                 .platform = context.platform,
                 .scheme = context.scheme,
                 .project = context.project,
                 .env = context.env},
        on_tree_(on_tree) {
    std::sort(jobs_.begin(), jobs_.end(), [](const WheelJob& a, const WheelJob& b) {
      return std::pair(b.what->wheel.size, a.what->name) < std::pair(a.what->wheel.size, b.what->name);
    });
    const auto first_small = std::find_if(
        jobs_.begin(), jobs_.end(), [](const WheelJob& job) { return job.what->wheel.size.value < kBig; });
    next_small_ = big_ = static_cast<std::size_t>(first_small - jobs_.begin());
    for (const WheelJob& job : jobs_) total_bytes_ += job.what->wheel.size.value;
  }

  Result<ByteCount> run() {
    {
      std::vector<std::jthread> threads;
      const std::size_t small = jobs_.size() - big_;
      for (std::size_t i = 0; i < std::min(kSmallAtOnce, small); ++i)
        threads.emplace_back([this] { fetch(false); });
      for (std::size_t i = 0; i < std::min(kBigAtOnce, big_); ++i)
        threads.emplace_back([this] { fetch(true); });
      for (std::size_t i = 0; i < std::min(core_count(), jobs_.size()); ++i)
        threads.emplace_back([this] { unpack(); });
    }
    ENVTOOL_CHECK(together_.outcome());
    report_fetch(true);
    report_unpack(true);
    return ByteCount{fetched_.load()};
  }

 private:
  void fetch(bool start_with_big) {
    while (const WheelJob* job = next(start_with_big)) {
      auto arrived = fetch_one(*job);
      const std::scoped_lock lock(mutex_);
      if (!arrived) keep(std::move(arrived).error());
      else if (*arrived) ready_.push(std::move(**arrived));
      changed_.notify_all();
    }
  }

  const WheelJob* next(bool start_with_big) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return failed_ || ready_.size() < kMostWaiting; });
    if (failed_) return nullptr;
    if (start_with_big && next_big_ < big_) return &jobs_[next_big_++];
    if (next_small_ < jobs_.size()) return &jobs_[next_small_++];
    return nullptr;
  }

  /// Out: nothing when another process or an earlier run has made the tree already.
  Result<std::optional<Arrived>> fetch_one(const WheelJob& job) {
    ENVTOOL_TRY(FileLock guard, context_.store.lock(job.what->wheel.sha256));
    if (auto tree = context_.store.find_tree(job.key)) {
      ENVTOOL_CHECK(done(std::move(*tree), false));
      return std::optional<Arrived>();
    }
    const auto on_bytes = [this](std::uint64_t bytes) {
      fetched_ += bytes;
      report_fetch(false);
    };
    ENVTOOL_TRY(FetchedWheel wheel, fetch_wheel(*job.what, context_, on_bytes));
    return std::optional(Arrived{&job, std::move(wheel), std::move(guard)});
  }

  void unpack() {
    while (auto arrived = take()) {
      auto tree = unpack_to_store(*arrived->job->what, arrived->job->key, arrived->wheel, context_);
      arrived->lock = FileLock();
      auto outcome = tree ? done(std::move(*tree), true) : Result<void>(fail(std::move(tree).error()));
      if (outcome) continue;
      const std::scoped_lock lock(mutex_);
      keep(std::move(outcome).error());
      changed_.notify_all();
    }
  }

  std::optional<Arrived> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock,
                  [this] { return failed_ || !ready_.empty() || finished_ + unpacking_ == jobs_.size(); });
    if (failed_ || ready_.empty()) return std::nullopt;
    // priority_queue has no way to move out of its top.
    Arrived arrived = std::move(const_cast<Arrived&>(ready_.top()));
    ready_.pop();
    ++unpacking_;
    changed_.notify_all();
    return arrived;
  }

  Result<void> done(store::Tree tree, bool made) {
    ENVTOOL_CHECK(on_tree_(std::move(tree), made));
    {
      const std::scoped_lock lock(mutex_);
      ++finished_;
      if (made) --unpacking_;
      changed_.notify_all();
    }
    report_unpack(false);
    return {};
  }

  /// Under the mutex. Downloads under way stop: their errors come later and are not told.
  void keep(Error error) {
    failed_ = true;
    together_.stop(std::move(error));
  }

  [[nodiscard]] std::string count() const {
    return std::to_string(jobs_.size()) + (jobs_.size() == 1 ? " wheel" : " wheels");
  }
  void report_fetch(bool finished) {
    context_.events.progress({Stage::fetch, "fetch/wheels", "fetching " + count(),
                              finished ? total_bytes_ : fetched_.load(), total_bytes_, Progress::Unit::bytes,
                              finished});
  }
  void report_unpack(bool finished) {
    context_.events.progress({Stage::unpack, "unpack/wheels", "unpacking " + count(), finished_.load(),
                              jobs_.size(), Progress::Unit::items, finished});
  }

  std::vector<WheelJob> jobs_;  ///< largest first; [0, big_) are big
  StopTogether together_;
  MakeContext context_;
  const std::function<Result<void>(store::Tree, bool)>& on_tree_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::priority_queue<Arrived, std::vector<Arrived>, SmallerFirst> ready_;
  std::size_t big_ = 0, next_big_ = 0, next_small_ = 0, unpacking_ = 0;
  std::atomic<std::size_t> finished_{0};
  bool failed_ = false;
  std::atomic<std::uint64_t> fetched_{0};
  std::uint64_t total_bytes_ = 0;
};

}  // namespace

Result<ByteCount> make_wheel_trees(std::vector<WheelJob> jobs, MakeContext& context,
                                   const std::function<Result<void>(store::Tree, bool)>& on_tree) {
  if (jobs.empty()) return ByteCount{};
  return Run(std::move(jobs), context, on_tree).run();
}

}  // namespace envtool::image
