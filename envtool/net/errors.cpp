#include "envtool/net/errors.hpp"

#include <fmt/format.h>

#include <cstring>

namespace envtool::net {
namespace {

constexpr const char* kProxyHint =
    "behind a proxy, set https_proxy and http_proxy (and no_proxy for hosts inside)";
constexpr const char* kAgainHint = "run the command again; what is already here is kept";

Error network(std::string what, std::vector<std::string> hints) {
  return Error{
      .code = Code::network, .what = std::move(what), .place = {}, .chain = {}, .hints = std::move(hints)};
}

std::string authority(const Url& url) { return url.port.empty() ? url.host : url.host + ":" + url.port; }

Error tls_error(const TransferFailure& failure, const Url& url) {
  const std::string target = url.redacted();
  const std::string names =
      "on a network that re-signs TLS (a school, a company), set CURL_CA_BUNDLE or SSL_CERT_FILE to a file "
      "with its certificate";
  switch (failure.code) {
    case CURLE_SSL_CACERT_BADFILE:
      return network(
          fmt::format("cannot read the certificates in {}", failure.ca_file),
          {"CURL_CA_BUNDLE or SSL_CERT_FILE names it: point it at a PEM file, or unset it; on Debian "
           "`apt install ca-certificates` brings /etc/ssl/certs/ca-certificates.crt"});
    case CURLE_PEER_FAILED_VERIFICATION:
      return network(fmt::format("{} shows a certificate that is not trusted ({})", authority(url),
                                 failure.detail.empty() ? "unknown issuer" : failure.detail),
                     {names, "certificates were checked with " + failure.ca_file,
                      "if this machine's clock is wrong, set it: certificates have dates"});
    default:
      return network(fmt::format("no TLS connection to {}: {}", authority(url), failure.detail), {names});
  }
}

std::string because(const TransferFailure& failure) {
  if (!failure.detail.empty()) return failure.detail;
  return curl_easy_strerror(failure.code);
}

bool names_proxy_refusal(const std::string& detail) {
  return detail.find("407") != std::string::npos && detail.find("CONNECT") != std::string::npos;
}

Error connection_error(const TransferFailure& failure, const Url& url) {
  const std::string host = authority(url);
  const std::string target = url.redacted();
  switch (failure.code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
      return network(fmt::format("the proxy's name is unknown ({})", because(failure)),
                     {"check https_proxy, http_proxy and all_proxy"});
    case CURLE_COULDNT_RESOLVE_HOST:
      return network("the host " + url.host + " is unknown (no address in DNS)",
                     {"check the network connection and the spelling of the address", kProxyHint});
    case CURLE_COULDNT_CONNECT:
      return network(
          fmt::format("cannot connect to {}: {}", host,
                      failure.sys_errno != 0 ? std::strerror(failure.sys_errno) : because(failure)),
          {"check the network connection; the server may be down", kProxyHint});
    case CURLE_PROXY:
      return network(fmt::format("the proxy does not connect to {}: {}", host, because(failure)),
                     {"check https_proxy, http_proxy and all_proxy"});
    case CURLE_OPERATION_TIMEDOUT:
      return network(fmt::format("no connection to {} in time", host), {kAgainHint, kProxyHint});
    case CURLE_PARTIAL_FILE:
      return network(fmt::format("the answer of {} ended too early", target), {kAgainHint});
    case CURLE_GOT_NOTHING:
      return network(fmt::format("{} closed the connection without an answer to {}", host, target),
                     {kAgainHint});
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      if (names_proxy_refusal(failure.detail)) return status_error(407, url);
      [[fallthrough]];
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_HTTP3:
      return network(fmt::format("the connection to {} broke during {}: {}", host, target, because(failure)),
                     {kAgainHint});
    default:
      return network(fmt::format("cannot fetch {}: {}", target, because(failure)), {});
  }
}

}  // namespace

Error transfer_error(const TransferFailure& failure, const Url& url) {
  const std::string target = url.redacted();
  switch (failure.code) {
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return tls_error(failure, url);
    case CURLE_UNSUPPORTED_PROTOCOL:
      // Also what a redirect from https to http ends in.
      return network(fmt::format("{} leads to an address that is not fetched: {}", target, because(failure)),
                     {"only https:// and http:// addresses are fetched, and https never continues as http"});
    case CURLE_URL_MALFORMAT: {
      auto error = network(fmt::format("'{}' is not an address that can be fetched", target), {});
      error.code = Code::bad_input;
      return error;
    }
    case CURLE_TOO_MANY_REDIRECTS:
      return network(fmt::format("{} redirects more than 10 times", target),
                     {"the server sends its visitors in a circle; tell whoever runs it"});
    case CURLE_BAD_CONTENT_ENCODING:
      return network(fmt::format("the answer of {} is compressed wrongly: {}", target, because(failure)), {});
    case CURLE_WEIRD_SERVER_REPLY:
      return network(fmt::format("{} does not answer in HTTP", authority(url)), {"check the address"});
    case CURLE_OUT_OF_MEMORY: {
      auto error = network(fmt::format("out of memory while fetching {}", target), {});
      error.code = Code::io;
      return error;
    }
    default:
      return connection_error(failure, url);
  }
}

Error status_error(int status, const Url& url) {
  const std::string target = url.redacted();
  const auto answered = [&](std::string_view meaning) {
    return fmt::format("{} answered {} ({})", target, status, meaning);
  };
  switch (status) {
    case 401:
      return network(answered("it wants a login"), {"put the login for " + url.host +
                                                    " into ~/.netrc, or into the address as user:password@"});
    case 403:
      return network(answered("refused"), {"check that the login for " + url.host +
                                           " may read this; some networks block addresses in this way"});
    case 404:
    case 410: {
      auto error = network(answered(status == 404 ? "not found" : "gone"), {});
      error.code = Code::not_found;
      return error;
    }
    case 407:
      return network("the proxy on the way to " + url.host + " wants a login (407)",
                     {"put it into the proxy's address: https_proxy=http://user:password@proxy:port"});
    case 416:
      return network(answered("no such range"), {});
    case 429:
      return network(answered("too many requests"), {"wait a minute and run the command again"});
    case 451:
      return network(answered("blocked for legal reasons"), {});
    default:
      break;
  }
  if (status >= 500 || status == 408 || status == 425)
    return network(answered("the server is in trouble"), {"try again later; the fault is not on this side"});
  return network(answered("refused"), {});
}

Error stalled_error(const Url& url, std::chrono::milliseconds after) {
  return network(fmt::format("{} stalled: less than 1 kB/s for {} s", url.redacted(),
                             static_cast<double>(after.count()) / 1000.0),
                 {kAgainHint});
}

Error cancelled_error(const Url& url) {
  return Error{.code = Code::cancelled,
               .what = "cancelled while fetching " + url.redacted(),
               .place = {},
               .chain = {},
               .hints = {}};
}

bool is_transient(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_SSL_CONNECT_ERROR:
      return true;
    default:
      return false;
  }
}

bool is_transient_status(int status) {
  return status == 408 || status == 425 || status == 429 || status == 500 || status == 502 || status == 503 ||
         status == 504;
}

}  // namespace envtool::net
