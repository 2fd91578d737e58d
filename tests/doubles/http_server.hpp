#pragma once
// A scriptable HTTP/1.1 server on 127.0.0.1 for tests: it answers well, badly, slowly or not at all, and
// remembers what it was asked.
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace envtool::doubles {

struct HttpRequest {
  std::string method;
  std::string target;                          ///< path and query as sent ("http://…" when used as a proxy)
  std::map<std::string, std::string> headers;  ///< names lower case
  std::string body;
  [[nodiscard]] std::string header(const std::string& lower_case_name) const;
};

struct HttpAnswer {
  int status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  ///< besides Content-Length
  enum class Framing { length, chunked, until_close } framing = Framing::length;
  /// Send this many bytes of the body, then close (or reset) the connection. The length claimed stays whole.
  std::optional<std::size_t> cut_after;
  bool reset = false;                  ///< with cut_after: RST instead of FIN
  std::chrono::milliseconds delay{0};  ///< before the status line
  std::chrono::milliseconds drip{0};   ///< between single bytes of the body (slow loris)
  bool endless = false;                ///< the body again and again, no length
  bool silent = false;                 ///< close without any answer
};

/// A self-signed certificate for localhost and 127.0.0.1, as PEM.
struct TlsIdentity {
  std::string certificate;
  std::string key;
  static TlsIdentity make();
};

class HttpServer {
 public:
  HttpServer();
  /// Speaks TLS with this identity.
  explicit HttpServer(const TlsIdentity& identity);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Answers for a path (query included), in turn; the last one repeats. Other paths get 404.
  void on(const std::string& path, std::vector<HttpAnswer> answers);
  void on(const std::string& path, HttpAnswer answer) {
    on(path, std::vector<HttpAnswer>{std::move(answer)});
  }
  /// A file as a good server serves it: ETag, Accept-Ranges, 206 and 416.
  void serve(const std::string& path, std::string bytes,
             std::string content_type = "application/octet-stream");
  /// Asked for every request that no `on` or `serve` covers.
  void otherwise(std::function<HttpAnswer(const HttpRequest&)> handler);

  [[nodiscard]] int port() const { return port_; }
  /// "http://127.0.0.1:port" + path; `host` "localhost" is the same server under another name.
  [[nodiscard]] std::string url(const std::string& path, const std::string& host = "127.0.0.1") const;
  [[nodiscard]] std::vector<HttpRequest> requests() const;
  [[nodiscard]] std::size_t hits(const std::string& path) const;
  [[nodiscard]] std::size_t connections() const { return connections_; }

 private:
  class Connection;
  void listen();
  void accept_all();
  HttpAnswer answer(const HttpRequest& request);

  struct Script {
    std::vector<HttpAnswer> answers;
    std::size_t next = 0;
  };
  struct File {
    std::string bytes, content_type;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Script> scripts_;
  std::map<std::string, File> files_;
  std::function<HttpAnswer(const HttpRequest&)> otherwise_;
  std::vector<HttpRequest> requests_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
  std::atomic<bool> stop_ = false;
  std::atomic<std::size_t> connections_ = 0;
  int listener_ = -1;
  int port_ = 0;
  std::shared_ptr<void> tls_;  ///< SSL_CTX
};

}  // namespace envtool::doubles
