#pragma once
// Options and requests for tests on loopback: short waits, no files of the person who runs them.
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "envtool/net/client.hpp"
#include "tests/doubles/http_server.hpp"

inline envtool::net::Options quick() {
  // A proxy of the person who runs the tests has nothing to do with loopback.
  static const bool direct = ::setenv("no_proxy", "127.0.0.1,localhost", 1) == 0;
  (void)direct;
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

inline envtool::doubles::HttpAnswer text(int status, std::string body) {
  envtool::doubles::HttpAnswer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

inline bool mentions(const std::vector<std::string>& lines, const std::string& word) {
  for (const auto& line : lines) {
    if (line.find(word) != std::string::npos) return true;
  }
  return false;
}
inline bool mentions(const std::string& line, const std::string& word) {
  return line.find(word) != std::string::npos;
}

/// Bytes without a pattern that a mistake in offsets could hide behind.
inline std::string noise(std::size_t size) {
  std::string out(size, '\0');
  std::uint32_t state = 12345;
  for (auto& c : out) {
    state = state * 1664525 + 1013904223;
    c = static_cast<char>(state >> 24);
  }
  return out;
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "envtool-net-XXXXXX").native();
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  [[nodiscard]] bool empty() const { return std::filesystem::is_empty(path_); }

 private:
  std::filesystem::path path_;
};

/// Sets an environment variable for one test.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* old = ::getenv(name)) old_ = old;
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() {
    if (old_) {
      ::setenv(name_, old_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};
