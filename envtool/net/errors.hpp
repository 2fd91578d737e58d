#pragma once
// Private: what libcurl and servers answer, as sentences that a student understands.
#include <curl/curl.h>

#include <string>

#include "envtool/net/client.hpp"

namespace envtool::net {

struct TransferFailure {
  CURLcode code = CURLE_OK;
  std::string detail;   ///< CURLOPT_ERRORBUFFER
  int sys_errno = 0;    ///< CURLINFO_OS_ERRNO
  std::string ca_file;  ///< what certificates were checked with, for the TLS sentence
};

/// A transfer that gave no whole answer. Out: one clause with the redacted URL, and hints.
Error transfer_error(const TransferFailure& failure, const Url& url);
/// An answer with a status of 400 or more: not_found for 404 and 410, else network.
Error status_error(int status, const Url& url);
Error stalled_error(const Url& url, std::chrono::milliseconds after);
Error cancelled_error(const Url& url);

/// True for codes that a later attempt may not meet (RFC 9110 §15.5.9, §15.6; RFC 6585 §4; RFC 8470 §5.2).
bool is_transient(CURLcode code);
bool is_transient_status(int status);

}  // namespace envtool::net
