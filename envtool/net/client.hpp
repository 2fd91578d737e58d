#pragma once
// The only module that speaks HTTP (RFC 9110). One curl multi handle on a thread of its own serves every
// stage.
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "envtool/support/byte_count.hpp"
#include "envtool/support/digest.hpp"
#include "envtool/support/result.hpp"
#include "envtool/support/url.hpp"

namespace envtool::net {

using Headers = std::vector<std::pair<std::string, std::string>>;  // names lower case in answers

struct Request {
  Url url;
  std::string method = "GET";
  /// Without a range and without an Accept-Encoding here, compressed answers are asked for and arrive
  /// decoded.
  Headers headers;
  std::string body;
  /// First and last byte, inclusive (RFC 9110 §14.1.2). The answer is a 206 that starts there, uncompressed
  /// (shorter where the file ends), or a 200 whose whole file the range covers; anything else is
  /// `unsupported` before a byte of it is taken, so that the caller can decide to fetch the whole file
  /// instead.
  std::optional<std::pair<std::uint64_t, std::uint64_t>> range;
  ByteCount limit = 64_MiB;  ///< a longer body is an error (code network, "endless")
  /// 408, 425, 429, 5xx, broken connections: a few times with back-off, honouring Retry-After up to a minute.
  bool retry = true;
  /// True: a 4xx or 5xx is an answer, not an error; up to 64 KiB of its body are in Response::body.
  bool allow_error_status = false;
  /// When set, a good body is handed over piecewise (from the network thread, in order) and Response::body
  /// stays empty. Once it has bytes, a broken connection is an error: nothing is handed over twice.
  std::function<Result<void>(std::string_view)> sink;
};

struct Response {
  int status = 0;
  Headers headers;
  std::string body;
  Url final_url;  ///< after redirects; credentials are not sent to another host
  [[nodiscard]] std::optional<std::string> header(std::string_view lower_case_name) const;
};

/// A file to have, by digest. Resumes a partial file that an earlier process left at `<to>.part` (RFC 9110
/// range with If-Range where there is a validator), verifies digest and size, renames into place.
struct Download {
  std::vector<Url> sources;  ///< tried in order; a digest decides, not a source
  std::filesystem::path to;
  Digest sha256;
  std::optional<ByteCount> size;
  std::function<void(std::uint64_t new_bytes)> on_bytes;  ///< from the network thread, cheap
};

struct Options {
  std::optional<std::filesystem::path> ca_bundle;  ///< default: env_vars::ca_bundle(), else the system's
  std::size_t connections = 16;                    ///< per host; HTTP/2 multiplexes over fewer
  std::chrono::milliseconds connect_timeout{15000};
  std::chrono::milliseconds stall_timeout{
      30000};  ///< under 1 kB/s for this long: give up and retry (slow loris)
  int attempts = 4;
  std::chrono::milliseconds first_backoff{250};
  bool use_netrc = true;  ///< credentials for an index from ~/.netrc, as pip does
};

class Client {
 public:
  explicit Client(Options options = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Any thread. `done` is called once, on the network thread; it may start further requests.
  /// Errors: network — host unknown, refused, TLS (hint names CURL_CA_BUNDLE), status ≥ 400 (hint per kind),
  /// stalled, truncated; not_found for 404 and 410; cancelled.
  void start(Request request, std::function<void(Result<Response>)> done, std::stop_token stop = {});
  /// The same, waiting. Not from the network thread.
  Result<Response> fetch(Request request, std::stop_token stop = {});

  /// Errors: as start, and digest_mismatch (names the file, what was pinned, what came; the partial file is
  /// removed), io.
  void start(Download download, std::function<void(Result<void>)> done, std::stop_token stop = {});
  Result<void> download(Download download, std::stop_token stop = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace envtool::net
