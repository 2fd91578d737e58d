#include "envtool/net/errors.hpp"

#include <catch2/catch.hpp>

#include "envtool/net/retry.hpp"
#include "tests/unit/net/quick.hpp"

using namespace envtool;
using namespace envtool::net;

namespace {
const Url kUrl = Url::parse("https://ann:sesame@pypi.example.edu/simple/numpy/").value();
Outcome transient() {
  return {.result = fail(Code::network, ""), .transient = true, .retry_after = {}, .delivered = false};
}
}  // namespace

TEST_CASE("every libcurl failure is a sentence that names the host and hides the login", "[net]") {
  for (int code = 1; code < CURL_LAST; ++code) {
    const auto error = transfer_error(
        {.code = static_cast<CURLcode>(code), .detail = {}, .sys_errno = 0, .ca_file = "/ca.pem"}, kUrl);
    INFO(code << ": " << error.what);
    CHECK_FALSE(error.what.empty());
    CHECK_FALSE(mentions(error.what, "sesame"));
    CHECK_FALSE(mentions(error.hints, "sesame"));
    if (code != CURLE_COULDNT_RESOLVE_PROXY && code != CURLE_SSL_CACERT_BADFILE)
      CHECK(mentions(error.what, "pypi.example.edu"));
  }
}

TEST_CASE("statuses say what to do", "[net]") {
  CHECK(mentions(status_error(401, kUrl).hints, "netrc"));
  CHECK(mentions(status_error(407, kUrl).hints, "https_proxy"));
  CHECK(status_error(404, kUrl).code == Code::not_found);
  CHECK(status_error(410, kUrl).code == Code::not_found);
  CHECK(status_error(500, kUrl).code == Code::network);
  CHECK(mentions(transfer_error({.code = CURLE_RECV_ERROR,
                                 .detail = "Received HTTP code 407 from proxy after CONNECT",
                                 .sys_errno = 0,
                                 .ca_file = {}},
                                kUrl)
                     .what,
                 "proxy"));
}

TEST_CASE("waits grow, are spread, and end", "[net]") {
  Options options;
  options.first_backoff = std::chrono::milliseconds(100);
  options.attempts = 4;
  for (int round = 0; round < 100; ++round) {
    for (int attempt = 1; attempt < 4; ++attempt) {
      const auto wait = wait_before_retry(transient(), attempt, options);
      REQUIRE(wait);
      CHECK(wait->count() >= 50 << (attempt - 1));
      CHECK(wait->count() <= 150 << (attempt - 1));
    }
  }
  CHECK_FALSE(wait_before_retry(transient(), 4, options));
  options.attempts = 1000;
  CHECK(wait_before_retry(transient(), 900, options)->count() <= 15'000);
}

TEST_CASE("only what may pass is tried again", "[net]") {
  CHECK_FALSE(is_transient(CURLE_PEER_FAILED_VERIFICATION));
  CHECK_FALSE(is_transient(CURLE_TOO_MANY_REDIRECTS));
  CHECK_FALSE(is_transient(CURLE_UNSUPPORTED_PROTOCOL));
  CHECK(is_transient(CURLE_PARTIAL_FILE));
  CHECK_FALSE(is_transient_status(501));
  CHECK_FALSE(is_transient_status(404));
}
