#include "envtool/image/fetch_debs.hpp"

#include <sys/stat.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "envtool/image/snapshot.hpp"
#include "envtool/support/parallel.hpp"

namespace envtool::image {
namespace fs = std::filesystem;
namespace {

// Whether a build that was killed has left this file whole.
bool is_kept(const project::Artifact& artifact, const fs::path& file) {
  struct stat status {};
  if (::lstat(file.c_str(), &status) != 0) return false;
  auto stream = archive::FileStream::open(file.native());
  if (!stream) return false;
  Sha256 hash;
  std::string buffer(256 << 10, '\0');
  for (;;) {
    const auto size = stream->read(buffer);
    if (!size) return false;
    if (*size == 0) return hash.finish() == artifact.sha256;
    hash.update(std::string_view(buffer).substr(0, *size));
  }
}

class Job {
 public:
  Job(const std::vector<project::LockedDeb>& debs, const fs::path& downloads, UnpackTarget& target,
      MakeContext& context)
      : debs_(debs), downloads_(downloads), target_(target), context_(context), out_(debs.size()) {
    for (std::size_t i = 0; i < debs.size(); ++i) {
      total_ += debs[i].artifact.size.value;
      if (debs[i].name == "base-files") first_ = i;
    }
  }

  Result<std::vector<UnpackedDeb>> run() {
    for (std::size_t i = 0; i < debs_.size(); ++i)
      if (auto started = start(i); !started) stop(std::move(started).error());
    {
      std::vector<std::jthread> workers;
      for (std::size_t i = 0; i < core_count(); ++i) workers.emplace_back([this] { work(); });
    }
    // A download's last call may still run after the workers gave up on the first error.
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return pending_ == 0; });
    if (error_) return fail(std::move(*error_));
    report(true);
    return std::move(out_);
  }

 private:
  fs::path file_of(std::size_t i) const { return downloads_ / debs_[i].artifact.sha256.hex(); }

  Result<void> start(std::size_t i) {
    if (is_kept(debs_[i].artifact, file_of(i))) {
      arrived_ += debs_[i].artifact.size.value;
      const std::scoped_lock lock(mutex_);
      enqueue(i);
      return {};
    }
    std::vector<Url> sources;
    ENVTOOL_TRY(sources.emplace_back(), Url::parse(debs_[i].artifact.url));
    if (const auto older = snapshot_url(debs_[i].artifact.url, context_.releases)) {
      ENVTOOL_TRY(sources.emplace_back(), Url::parse(*older));
    }
    {
      const std::scoped_lock lock(mutex_);
      ++pending_;
    }
    const auto& artifact = debs_[i].artifact;
    context_.client.start(
        net::Download{.sources = std::move(sources),
                      .to = file_of(i),
                      .sha256 = artifact.sha256,
                      .size = artifact.size,
                      .on_bytes = [this](std::uint64_t bytes) { arrived_ += bytes; }},
        [this, i](Result<void> done) { finished(i, std::move(done)); }, stop_.get_token());
    return {};
  }

  void finished(std::size_t i, Result<void> done) {
    const std::scoped_lock lock(mutex_);
    --pending_;
    if (!done) {
      keep(std::move(done).error().in("while fetching " + debs_[i].name));
    } else {
      enqueue(i);
    }
    changed_.notify_all();
  }

  // Under the mutex.
  void enqueue(std::size_t i) {
    if (first_ == i) {
      ready_.push_front(i);
    } else {
      ready_.push_back(i);
    }
  }

  // The next one to unpack; nothing when all are taken or the job failed.
  std::optional<std::size_t> take() {
    std::unique_lock lock(mutex_);
    for (;;) {
      if (error_ || taken_ == debs_.size()) return std::nullopt;
      if (context_.events.stop_token().stop_requested()) {
        keep(Error{.code = Code::cancelled, .what = "interrupted", .place = {}, .chain = {}, .hints = {}});
        return std::nullopt;
      }
      const bool may_start = !ready_.empty() && (!first_ || ready_.front() == *first_);
      if (may_start) {
        const std::size_t i = ready_.front();
        ready_.pop_front();
        ++taken_;
        return i;
      }
      changed_.wait_for(lock, std::chrono::milliseconds(200));
    }
  }

  void work() {
    while (const auto i = take()) {
      report(false);
      auto deb = unpack_deb(file_of(*i), debs_[*i], *i, target_);
      if (deb && debs_[*i].name == "base-files")
        if (auto flushed = target_.flush_links(*i); !flushed) deb = fail(std::move(flushed).error());
      const std::scoped_lock lock(mutex_);
      if (!deb) {
        keep(std::move(deb).error());
      } else {
        out_[*i] = std::move(*deb);
      }
      if (first_ == *i) first_.reset();
      changed_.notify_all();
    }
  }

  void stop(Error error) {
    const std::scoped_lock lock(mutex_);
    keep(std::move(error));
  }

  // Under the mutex. The first error is the one that is told; it ends all downloads.
  void keep(Error error) {
    if (error_) return;
    error_ = std::move(error);
    stop_.request_stop();
  }

  void report(bool finished) {
    context_.events.progress({Stage::fetch, "fetch/debs",
                              "fetching " + std::to_string(debs_.size()) + " packages",
                              finished ? total_ : arrived_.load(), total_, Progress::Unit::bytes, finished});
  }

  const std::vector<project::LockedDeb>& debs_;
  const fs::path& downloads_;
  UnpackTarget& target_;
  MakeContext& context_;
  std::vector<UnpackedDeb> out_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::size_t> ready_;
  std::size_t pending_ = 0, taken_ = 0;
  std::optional<std::size_t> first_;  ///< to be unpacked before any other; reset when it is
  std::optional<Error> error_;
  std::stop_source stop_;
  std::atomic<std::uint64_t> arrived_{0};
  std::uint64_t total_ = 0;
};

}  // namespace

Result<std::vector<UnpackedDeb>> fetch_and_unpack(const std::vector<project::LockedDeb>& debs,
                                                  const fs::path& downloads, UnpackTarget& target,
                                                  MakeContext& context) {
  ENVTOOL_CHECK(make_directories(downloads, 0700));
  return Job(debs, downloads, target, context).run();
}

}  // namespace envtool::image
