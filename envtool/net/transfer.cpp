#include "envtool/net/transfer.hpp"

#include <fmt/format.h>

#include <charconv>

#include "envtool/net/content_range.hpp"
#include "envtool/net/errors.hpp"
#include "envtool/support/text.hpp"

namespace envtool::net {
namespace {
constexpr std::size_t kHeadLimit = 256 << 10;
constexpr std::size_t kErrorBodyLimit = 64 << 10;  // enough for any JSON explanation
}  // namespace

std::size_t Transfer::header_line(std::string_view line) {
  const std::size_t size = line.size();
  head_bytes_ += size;
  if (head_bytes_ > kHeadLimit) {
    refusal_ = fail(Code::network, call_.request.url.redacted() + " answers with endless headers").value();
    return 0;
  }
  line = trim(line);
  if (line.starts_with("HTTP/")) {  // a new answer: after a redirect, or a 1xx
    response_.headers.clear();
    response_.status = 0;
    const auto blank = line.find(' ');
    if (blank != std::string_view::npos)
      std::from_chars(line.data() + blank + 1, line.data() + line.size(), response_.status);
    if (!multiplexed_ && line.starts_with("HTTP/2")) {
      multiplexed_ = true;
      if (on_multiplexed) on_multiplexed();
    }
    return size;
  }
  const auto colon = line.find(':');
  if (colon != std::string_view::npos && colon > 0)
    response_.headers.emplace_back(to_lower(trim(line.substr(0, colon))), trim(line.substr(colon + 1)));
  return size;
}

Result<void> Transfer::judge_range() {
  if (!call_.request.range) return {};
  const auto [first, last] = *call_.request.range;
  const std::string target = call_.request.url.redacted();
  if (response_.status == 206) {
    const auto encoding = response_.header("content-encoding");
    if (encoding && *encoding != "identity")
      return fail(Code::unsupported, target + " compresses byte ranges, so their places are not known");
    const auto range = parse_content_range(response_.header("content-range").value_or(""));
    if (!range || range->first != first || range->last > last) {
      return fail(Code::unsupported,
                  fmt::format("{} answers a byte range wrongly: asked for {}-{}, got '{}'", target, first,
                              last == UINT64_MAX ? "" : std::to_string(last),
                              response_.header("content-range").value_or("no Content-Range")));
    }
    expected_ = range->last - range->first + 1;
    return {};
  }
  if (call_.range_rule == RangeRule::resume) return {};
  // The whole file, when the range covers it, is the range.
  curl_off_t length = -1;
  curl_easy_getinfo(easy_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  if (first == 0 && length >= 0 && static_cast<std::uint64_t>(length) <= last + 1) return {};
  return fail(Code::unsupported, target + " does not serve byte ranges (it sends the whole file)");
}

Result<void> Transfer::judge_head() {
  head_judged_ = true;
  if (response_.status >= 400) return {};
  ENVTOOL_CHECK(judge_range());
  curl_off_t length = -1;
  curl_easy_getinfo(easy_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  if (call_.request.method != "HEAD" && length > 0 &&
      static_cast<std::uint64_t>(length) > call_.request.limit.value) {
    return fail(
        Code::network,
        fmt::format("{} is larger than expected: {}, at most {} are accepted", call_.request.url.redacted(),
                    render(ByteCount{static_cast<std::uint64_t>(length)}), render(call_.request.limit)));
  }
  if (call_.on_head) return call_.on_head(response_);
  return {};
}

std::size_t Transfer::body_piece(std::string_view piece) {
  const auto refuse = [&](Error error) -> std::size_t {
    refusal_ = std::move(error);
    return piece.empty() ? 1 : 0;
  };
  if (!head_judged_) {
    if (auto verdict = judge_head(); !verdict) return refuse(std::move(verdict).error());
  }
  received_ += piece.size();
  if (host_received != nullptr) *host_received += piece.size();
  if (response_.status >= 400) {
    const auto room = kErrorBodyLimit - std::min(kErrorBodyLimit, response_.body.size());
    response_.body.append(piece.substr(0, room));
    if (received_ > call_.request.limit.value)
      return refuse(status_error(response_.status, call_.request.url));
    return piece.size();
  }
  if (received_ > call_.request.limit.value) {
    return refuse(fail(Code::network, fmt::format("the answer of {} is endless: more than {} came",
                                                  call_.request.url.redacted(), render(call_.request.limit)))
                      .value());
  }
  if (!call_.request.sink) {
    response_.body.append(piece);
    return piece.size();
  }
  delivered_ = true;
  if (auto taken = call_.request.sink(piece); !taken) return refuse(std::move(taken).error());
  return piece.size();
}

Result<void> Transfer::judge_end() const {
  if (expected_ && received_ != *expected_) {
    return fail(Code::network, fmt::format("{} sent {} bytes of a range of {}", call_.request.url.redacted(),
                                           received_, *expected_));
  }
  return {};
}

Outcome Transfer::outcome(CURLcode code, bool stalled) {
  const Url& url = call_.request.url;
  Outcome out{
      .result = fail(Code::internal, ""), .transient = false, .retry_after = {}, .delivered = delivered_};
  if (stalled) {
    out.result = Failure(stalled_error(url, options_.stall_timeout));
    out.transient = true;
    return out;
  }
  const char* effective = nullptr;
  curl_easy_getinfo(easy_, CURLINFO_EFFECTIVE_URL, &effective);
  response_.final_url = effective == nullptr ? url : Url::parse(effective).value_or(url);
  if (code == CURLE_OK && !head_judged_ && !refusal_) {
    if (auto verdict = judge_head(); !verdict) refusal_ = std::move(verdict).error();
  }
  if (refusal_) {
    out.result = Failure(std::move(*refusal_));
    return out;
  }
  if (code != CURLE_OK) {
    long number = 0;
    curl_easy_getinfo(easy_, CURLINFO_OS_ERRNO, &number);
    out.result = Failure(transfer_error(
        {.code = code, .detail = detail_, .sys_errno = static_cast<int>(number), .ca_file = ca_file_}, url));
    out.transient = is_transient(code);
    return out;
  }
  if (response_.status >= 400) {
    curl_off_t wait = 0;
    curl_easy_getinfo(easy_, CURLINFO_RETRY_AFTER, &wait);
    if (wait > 0) out.retry_after = std::chrono::seconds(wait);
    out.transient = is_transient_status(response_.status);
    if (!call_.request.allow_error_status) {
      out.result = Failure(status_error(response_.status, url));
      return out;
    }
  } else if (auto whole = judge_end(); !whole) {
    out.result = Failure(std::move(whole).error());
    out.transient = true;
    return out;
  }
  out.result = std::move(response_);
  return out;
}

}  // namespace envtool::net
