#pragma once
// Private: one Download from start to its single answer: sources in turn, retries, resuming.
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "envtool/net/disk.hpp"
#include "envtool/net/exchange.hpp"
#include "envtool/net/part_file.hpp"

namespace envtool::net {

class FetchFile : public Operation, public std::enable_shared_from_this<FetchFile> {
 public:
  /// On the network thread. `done` is called once.
  static void start(Multi& multi, Disk& disk, const Options& options, Download download, std::stop_token stop,
                    std::function<void(Result<void>)> done);
  FetchFile(Multi& multi, Disk& disk, const Options& options, Download download,
            std::function<void(Result<void>)> done);
  void cancel() override;

 private:
  // In the order of a life; each step ends by calling or posting the next.
  void prepare();
  void prepared(Result<bool> whole);
  void attempt();
  Result<void> head(const Response& head);
  Result<void> piece(std::string_view bytes);
  void ended(Outcome outcome);
  void verify();
  void verified(Result<void> verdict);
  void source_failed(Error error);
  void restart();
  void finish(Result<void> result, bool keep_part);

  Call make_call();
  Error wrong_size(std::uint64_t offered) const;
  void flush();
  /// Run `job` on the disk thread, then `next` with what it returned on the network thread.
  template <class Job, class Next>
  void on_disk(Job job, Next next);

  Multi& multi_;
  Disk& disk_;
  const Options& options_;
  Download download_;
  std::function<void(Result<void>)> done_;
  std::shared_ptr<PartFile> part_;
  std::shared_ptr<Exchange> exchange_;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;

  std::size_t source_ = 0;
  std::vector<Error> failures_;  ///< one a source
  std::string buffer_;           ///< received, not yet handed to the disk thread
  std::string validator_;        ///< strong ETag of the answer that the part file's tail came from
  std::uint64_t offset_ = 0;     ///< bytes in the part file, the queue and the buffer
  int attempts_ = 0;             ///< without progress
  int all_attempts_ = 0;         ///< at this source
  std::uint64_t attempt_from_ = 0;
  bool waited_ = false;   ///< another process had the part file
  bool resumed_ = false;  ///< the file holds bytes of more than one answer
  bool restarted_ = false;
  bool on_disk_ = false;  ///< the disk thread will come back
  bool cancelled_ = false;
  bool finished_ = false;
};

}  // namespace envtool::net
