#pragma once
// Private: one attempt at one request, as a libcurl easy handle.
#include <curl/curl.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "envtool/net/client.hpp"
#include "envtool/net/outcome.hpp"

namespace envtool::net {

/// How an answer to a ranged request is judged. `exact`: only 206 with the range asked for (or the whole
/// file, when that is what the range covers). `resume`: a 200 is welcome too, its bytes start at zero.
enum class RangeRule { exact, resume };

/// What Exchange and Download ask for: a Request and the private parts of it.
struct Call {
  Request request;
  RangeRule range_rule = RangeRule::exact;
  /// Called once when the final answer's head is there, before any byte goes to the sink. Not for errors.
  std::function<Result<void>(const Response& head)> on_head;
};

class Transfer {
 public:
  /// `call` must outlive the transfer. The handle is not started.
  Transfer(const Call& call, const Options& options);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  [[nodiscard]] CURL* handle() const { return easy_; }
  /// "https://host:port", the key of the per-host queue.
  [[nodiscard]] const std::string& origin() const { return origin_; }
  [[nodiscard]] bool multiplexed() const { return multiplexed_; }
  [[nodiscard]] std::uint64_t received() const { return received_; }

  /// Called by Multi when libcurl is done with the handle, or has given up on it (`stalled`).
  std::function<void(CURLcode code, bool stalled)> on_done;
  std::function<void()> on_multiplexed;    ///< the host turned out to speak HTTP/2
  std::uint64_t* host_received = nullptr;  ///< counts body bytes of all transfers of the host
  Outcome outcome(CURLcode code, bool stalled);

 private:
  friend struct TransferCallbacks;
  void set_options();
  void set_method();
  void set_headers();
  void set_trust();
  std::size_t header_line(std::string_view line);
  std::size_t body_piece(std::string_view piece);
  Result<void> judge_head();
  Result<void> judge_range();
  Result<void> judge_end() const;

  const Call& call_;
  const Options& options_;
  CURL* easy_ = nullptr;
  curl_slist* header_list_ = nullptr;
  std::string origin_, ca_file_;
  char detail_[CURL_ERROR_SIZE] = {};

  Response response_;
  std::optional<Error> refusal_;  ///< why a callback stopped the transfer
  std::optional<std::uint64_t> expected_;
  std::uint64_t received_ = 0;
  std::size_t head_bytes_ = 0;
  bool head_judged_ = false;
  bool multiplexed_ = false;
  bool delivered_ = false;
};

}  // namespace envtool::net
