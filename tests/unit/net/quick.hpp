#pragma once
// Options and requests for tests on loopback: short waits, no files of the person who runs them.
#include "envtool/net/client.hpp"

inline envtool::net::Options quick() {
  envtool::net::Options options;
  options.first_backoff = std::chrono::milliseconds(5);
  options.connect_timeout = std::chrono::milliseconds(2000);
  options.stall_timeout = std::chrono::milliseconds(2000);
  options.use_netrc = false;
  return options;
}

inline envtool::net::Request get(const std::string& url) {
  envtool::net::Request request;
  request.url = envtool::Url::parse(url).value();
  return request;
}
