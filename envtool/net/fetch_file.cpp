#include "envtool/net/fetch_file.hpp"

#include <fmt/format.h>

#include <charconv>

#include "envtool/net/content_range.hpp"
#include "envtool/net/errors.hpp"
#include "envtool/net/retry.hpp"

namespace envtool::net {
namespace {
constexpr std::size_t kPiece = 256 << 10;
constexpr int kAttemptsPerSource = 20;  // however much progress each makes
constexpr std::chrono::milliseconds kLockPoll{50};
}  // namespace

FetchFile::FetchFile(Multi& multi, Disk& disk, const Options& options, Download download,
                     std::function<void(Result<void>)> done)
    : multi_(multi),
      disk_(disk),
      options_(options),
      download_(std::move(download)),
      done_(std::move(done)),
      part_(std::make_shared<PartFile>(download_.to)) {}

void FetchFile::start(Multi& multi, Disk& disk, const Options& options, Download download,
                      std::stop_token stop, std::function<void(Result<void>)> done) {
  auto self = std::make_shared<FetchFile>(multi, disk, options, std::move(download), std::move(done));
  multi.enter(self);
  if (self->finished_) return;
  if (stop.stop_requested()) return self->cancel();
  if (stop.stop_possible()) {
    self->on_stop_.emplace(std::move(stop), [&multi, weak = std::weak_ptr(self)] {
      multi.post([weak] {
        if (auto fetch = weak.lock()) fetch->cancel();
      });
    });
  }
  if (self->download_.sources.empty()) {
    return self->finish(fail(Code::internal, "no address for " + self->download_.to.filename().native()),
                        true);
  }
  self->prepare();
}

template <class Job, class Next>
void FetchFile::on_disk(Job job, Next next) {
  on_disk_ = true;
  disk_.push(0, [self = shared_from_this(), job = std::move(job), next = std::move(next)]() mutable {
    auto result = job(*self->part_);
    Multi& multi = self->multi_;
    multi.post([self = std::move(self), result = std::move(result), next = std::move(next)]() mutable {
      self->on_disk_ = false;
      if (self->cancelled_)
        return self->finish(Failure(cancelled_error(self->download_.sources.front())), true);
      next(*self, std::move(result));
    });
  });
}

void FetchFile::prepare() {
  const auto open = [waited = waited_, pinned = download_.sha256](PartFile& part) -> Result<bool> {
    // Who had the part file may have finished the work.
    if (waited && part.target_has(pinned)) return true;
    return part.open();
  };
  on_disk(open, [](FetchFile& self, Result<bool> mine) {
    if (!mine) return self.finish(Failure(std::move(mine).error()), true);
    if (*mine && !self.part_->held()) return self.finish({}, true);
    if (*mine) return self.prepared(false);
    self.waited_ = true;
    self.multi_.after(kLockPoll, [again = self.shared_from_this()] {
      if (!again->finished_) again->prepare();
    });
  });
}

void FetchFile::prepared(Result<bool> whole) {
  if (!whole) return finish(Failure(std::move(whole).error()), true);
  if (!*whole) {
    const auto hash = [](PartFile& part) { return part.hash_existing(); };
    return on_disk(hash, [](FetchFile& self, Result<bool> all) { self.prepared(std::move(all)); });
  }
  offset_ = part_->size();
  resumed_ = offset_ > 0;
  if (offset_ > 0 && download_.on_bytes) download_.on_bytes(offset_);
  if (download_.size && offset_ > download_.size->value) {
    restart();
  } else if (download_.size && offset_ > 0 && offset_ == download_.size->value) {
    return verify();
  }
  attempt();
}

Call FetchFile::make_call() {
  Call call;
  call.request.url = download_.sources[source_];
  call.request.limit = ByteCount{UINT64_MAX};  // `piece` counts
  call.request.retry = false;                  // here, from where it broke off
  call.request.allow_error_status = true;
  call.request.headers = {{"Accept-Encoding", "identity"}};
  call.range_rule = RangeRule::resume;
  if (offset_ > 0) {
    call.request.range = {offset_, download_.size ? download_.size->value - 1 : UINT64_MAX};
    if (!validator_.empty()) call.request.headers.emplace_back("If-Range", validator_);
  }
  const auto self = shared_from_this();
  call.request.sink = [self](std::string_view bytes) { return self->piece(bytes); };
  call.on_head = [self](const Response& answer) { return self->head(answer); };
  return call;
}

void FetchFile::attempt() {
  if (finished_) return;
  if (cancelled_) return finish(Failure(cancelled_error(download_.sources.front())), true);
  ++attempts_;
  ++all_attempts_;
  attempt_from_ = offset_;
  exchange_ =
      Exchange::start(multi_, options_, make_call(), {},
                      [self = shared_from_this()](Outcome outcome) { self->ended(std::move(outcome)); });
}

Error FetchFile::wrong_size(std::uint64_t offered) const {
  return fail(Code::digest_mismatch,
              fmt::format("{} at {} has {} bytes, {} are pinned", download_.to.filename().native(),
                          download_.sources[source_].redacted(), offered, download_.size->value),
              "the file was changed at its source, or the network answers with a page of its own (a login "
              "page, "
              "a proxy): open the address in a browser")
      .value();
}

Result<void> FetchFile::head(const Response& answer) {
  std::optional<std::uint64_t> whole;
  if (answer.status == 206) {
    if (const auto range = parse_content_range(answer.header("content-range").value_or("")))
      whole = range->whole;
    resumed_ = true;
  } else {
    if (offset_ > 0) restart();
    attempt_from_ = 0;
    const auto length = answer.header("content-length").value_or("");
    std::uint64_t value = 0;
    const auto parsed = std::from_chars(length.data(), length.data() + length.size(), value);
    if (!length.empty() && parsed.ec == std::errc{}) whole = value;
  }
  if (download_.size && whole && *whole != download_.size->value) return Failure(wrong_size(*whole));
  const auto etag = answer.header("etag").value_or("");
  validator_ = etag.starts_with('"') ? etag : "";  // a weak one cannot vouch for bytes (RFC 9110 §13.1.5)
  return {};
}

Result<void> FetchFile::piece(std::string_view bytes) {
  if (part_->failed()) return fail(Code::io, "cannot write " + download_.to.native());
  if (download_.size && offset_ + bytes.size() > download_.size->value)
    return Failure(wrong_size(offset_ + bytes.size()));
  offset_ += bytes.size();
  if (download_.on_bytes) download_.on_bytes(bytes.size());
  buffer_.append(bytes);
  if (buffer_.size() >= kPiece) flush();
  return {};
}

void FetchFile::flush() {
  if (buffer_.empty()) return;
  const auto size = buffer_.size();
  disk_.push(size, [part = part_, bytes = std::move(buffer_)] { part->append(bytes); });
  buffer_ = {};
  buffer_.reserve(size);
}

void FetchFile::restart() {
  buffer_.clear();
  offset_ = 0;
  resumed_ = false;
  validator_.clear();
  disk_.push(0, [part = part_] { part->restart(); });
}

void FetchFile::ended(Outcome outcome) {
  exchange_.reset();
  flush();
  if (cancelled_) return finish(Failure(cancelled_error(download_.sources.front())), true);
  if (part_->failed()) return verify();  // brings the reason
  if (outcome.result && outcome.result->status < 400) return verify();
  const bool no_such_range = outcome.result && outcome.result->status == 416;
  Error error = outcome.result ? status_error(outcome.result->status, download_.sources[source_])
                               : std::move(outcome.result).error();
  if ((no_such_range || error.code == Code::unsupported) && offset_ > 0 && !restarted_) {
    restarted_ = true;
    restart();
    return attempt();
  }
  if (offset_ > attempt_from_) attempts_ = 1;
  const auto wait =
      all_attempts_ < kAttemptsPerSource ? wait_before_retry(outcome, attempts_, options_) : std::nullopt;
  if (!wait) return source_failed(std::move(error));
  multi_.after(*wait, [self = shared_from_this()] { self->attempt(); });
}

void FetchFile::verify() {
  const auto job = [pinned = download_.sha256, size = download_.size,
                    source = download_.sources[source_].redacted()](PartFile& part) -> Result<void> {
    ENVTOOL_CHECK(part.verify(pinned, size, source));
    return part.publish();
  };
  on_disk(job, [](FetchFile& self, Result<void> verdict) { self.verified(std::move(verdict)); });
}

void FetchFile::verified(Result<void> verdict) {
  if (verdict || verdict.error().code != Code::digest_mismatch) return finish(std::move(verdict), true);
  const bool mixed = resumed_ && !restarted_;
  restart();
  if (!mixed) return source_failed(std::move(verdict).error());
  restarted_ = true;
  attempt();
}

void FetchFile::source_failed(Error error) {
  if (error.code == Code::digest_mismatch && offset_ > 0) restart();
  failures_.push_back(std::move(error));
  if (++source_ < download_.sources.size()) {
    attempts_ = all_attempts_ = 0;
    restarted_ = false;
    validator_.clear();
    return attempt();
  }
  // The first source is the one a person knows; what a digest says weighs more than a source that was away.
  std::size_t chosen = 0;
  for (std::size_t i = 0; i < failures_.size(); ++i) {
    if (failures_[i].code == Code::digest_mismatch) chosen = i;
  }
  Error told = failures_[chosen];
  for (std::size_t i = 0; i < failures_.size(); ++i) {
    if (i != chosen) told.hints.push_back("also tried: " + failures_[i].what);
  }
  const bool keep = told.code != Code::digest_mismatch;
  finish(Failure(std::move(told)), keep);
}

void FetchFile::cancel() {
  if (finished_ || cancelled_) return;
  cancelled_ = true;
  if (exchange_) return exchange_->cancel();  // comes back through `ended`
  if (!on_disk_) finish(Failure(cancelled_error(download_.sources.front())), true);
}

void FetchFile::finish(Result<void> result, bool keep_part) {
  if (finished_) return;
  finished_ = true;
  on_stop_.reset();
  const bool published = result.has_value();
  // The part file is let go by the disk thread, after its last write; only then is the answer given.
  disk_.push(0, [self = shared_from_this(), result = std::move(result), keep_part, published]() mutable {
    if (!published && !keep_part) self->part_->remove();
    self->part_->close();
    Multi& multi = self->multi_;
    multi.post([self = std::move(self), result = std::move(result)]() mutable {
      self->multi_.leave(self.get());
      const auto done = std::move(self->done_);
      done(std::move(result));
    });
  });
}

}  // namespace envtool::net
