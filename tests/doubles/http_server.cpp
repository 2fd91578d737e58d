#include "tests/doubles/http_server.hpp"

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <stdexcept>

namespace envtool::doubles {
namespace {

constexpr int kTickMs = 20;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

std::shared_ptr<void> make_tls(const TlsIdentity& identity) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  BIO* certificate =
      BIO_new_mem_buf(identity.certificate.data(), static_cast<int>(identity.certificate.size()));
  BIO* key = BIO_new_mem_buf(identity.key.data(), static_cast<int>(identity.key.size()));
  X509* x509 = PEM_read_bio_X509(certificate, nullptr, nullptr, nullptr);
  EVP_PKEY* private_key = PEM_read_bio_PrivateKey(key, nullptr, nullptr, nullptr);
  SSL_CTX_use_certificate(context, x509);
  SSL_CTX_use_PrivateKey(context, private_key);
  X509_free(x509);
  EVP_PKEY_free(private_key);
  BIO_free(certificate);
  BIO_free(key);
  return {context, [](void* held) { SSL_CTX_free(static_cast<SSL_CTX*>(held)); }};
}

}  // namespace

std::string HttpRequest::header(const std::string& lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? "" : found->second;
}

/// One accepted socket: reads requests, sends answers, until either side has enough.
class HttpServer::Connection {
 public:
  Connection(HttpServer& server, int fd) : server_(server), fd_(fd) {
    if (!server.tls_) return;
    tls_ = SSL_new(static_cast<SSL_CTX*>(server.tls_.get()));
    SSL_set_fd(tls_, fd_);
    good_ = SSL_accept(tls_) == 1;
  }
  ~Connection() {
    if (tls_ != nullptr) SSL_free(tls_);
    ::close(fd_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void run() {
    while (good_) {
      const auto request = read_request();
      if (!request) return;
      if (!send(*request, server_.answer(*request))) return;
    }
  }

 private:
  bool fill() {
    while (!server_.stop_) {
      pollfd entry{fd_, POLLIN, 0};
      if ((tls_ == nullptr || SSL_pending(tls_) == 0) && ::poll(&entry, 1, kTickMs) == 0) continue;
      char buffer[16384];
      const long n =
          tls_ != nullptr ? SSL_read(tls_, buffer, sizeof buffer) : ::recv(fd_, buffer, sizeof buffer, 0);
      if (n <= 0) return false;
      in_.append(buffer, static_cast<std::size_t>(n));
      return true;
    }
    return false;
  }

  std::optional<HttpRequest> read_request() {
    std::size_t end = 0;
    while ((end = in_.find("\r\n\r\n")) == std::string::npos) {
      if (!fill()) return std::nullopt;
    }
    HttpRequest request;
    std::size_t line = in_.find("\r\n");
    const auto first = in_.find(' ');
    request.method = in_.substr(0, first);
    request.target = in_.substr(first + 1, in_.rfind(' ', line) - first - 1);
    while (line < end) {
      const auto next = in_.find("\r\n", line + 2);
      const auto text = in_.substr(line + 2, next - line - 2);
      const auto colon = text.find(':');
      if (colon != std::string::npos)
        request.headers[lower(text.substr(0, colon))] = text.substr(std::min(text.size(), colon + 2));
      line = next;
    }
    in_.erase(0, end + 4);
    const auto length = request.header("content-length");
    const std::size_t size = length.empty() ? 0 : std::stoul(length);
    while (in_.size() < size) {
      if (!fill()) return std::nullopt;
    }
    request.body = in_.substr(0, size);
    in_.erase(0, size);
    return request;
  }

  bool write(std::string_view bytes) {
    while (!bytes.empty() && !server_.stop_) {
      pollfd entry{fd_, POLLOUT, 0};
      if (::poll(&entry, 1, kTickMs) == 0) continue;
      const auto piece = bytes.substr(0, 65536);
      const long n = tls_ != nullptr ? SSL_write(tls_, piece.data(), static_cast<int>(piece.size()))
                                     : ::send(fd_, piece.data(), piece.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return !server_.stop_;
  }

  bool pause(std::chrono::milliseconds time) {
    for (auto left = time; left.count() > 0 && !server_.stop_; left -= std::chrono::milliseconds(kTickMs))
      std::this_thread::sleep_for(std::min(left, std::chrono::milliseconds(kTickMs)));
    return !server_.stop_;
  }

  bool write_body(const HttpAnswer& answer, std::string_view body) {
    if (answer.framing == HttpAnswer::Framing::chunked) {
      for (; !body.empty(); body.remove_prefix(std::min<std::size_t>(body.size(), 1000))) {
        const auto piece = body.substr(0, 1000);
        char head[32];
        std::snprintf(head, sizeof head, "%zx\r\n", piece.size());
        if (!write(std::string(head) + std::string(piece) + "\r\n")) return false;
      }
      return answer.cut_after.has_value() || write("0\r\n\r\n");
    }
    if (answer.drip.count() == 0) return write(body);
    for (const char byte : body) {
      if (!write({&byte, 1}) || !pause(answer.drip)) return false;
    }
    return true;
  }

  /// Out: whether the connection may be used again.
  bool send(const HttpRequest& request, const HttpAnswer& answer) {
    if (!pause(answer.delay) || answer.silent) return false;
    const bool closes = answer.framing == HttpAnswer::Framing::until_close || answer.endless;
    std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " Scripted\r\n";
    for (const auto& [name, value] : answer.headers) head += name + ": " + value + "\r\n";
    if (closes) {
      head += "Connection: close\r\n";
    } else if (answer.framing == HttpAnswer::Framing::chunked) {
      head += "Transfer-Encoding: chunked\r\n";
    } else if (answer.status >= 200 && answer.status != 204 && answer.status != 304) {
      head += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
    }
    if (!write(head + "\r\n")) return false;
    if (request.method == "HEAD") return !closes;
    while (answer.endless && write_body(answer, answer.body)) {
    }
    const std::size_t count = answer.cut_after.value_or(std::string::npos);
    if (!write_body(answer, std::string_view(answer.body).substr(0, count))) return false;
    if (answer.cut_after && answer.reset) {
      pause(std::chrono::milliseconds(50));  // a reset overtakes bytes that the peer has not read
      const linger at_once{1, 0};
      ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    return !closes && !answer.cut_after;
  }

  HttpServer& server_;
  int fd_;
  SSL* tls_ = nullptr;
  bool good_ = true;
  std::string in_;
};

HttpServer::HttpServer() { listen(); }
HttpServer::HttpServer(const TlsIdentity& identity) : tls_(make_tls(identity)) { listen(); }

void HttpServer::listen() {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 256) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("the test server cannot listen on 127.0.0.1");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

HttpServer::~HttpServer() {
  stop_ = true;
  acceptor_.join();
  for (auto& thread : threads_) thread.join();
  ::close(listener_);
}

void HttpServer::accept_all() {
  // Inherited by the connections' threads: OpenSSL writes without MSG_NOSIGNAL.
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  while (!stop_) {
    pollfd entry{listener_, POLLIN, 0};
    if (::poll(&entry, 1, kTickMs) <= 0) continue;
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    ++connections_;
    threads_.emplace_back([this, fd] { Connection(*this, fd).run(); });
  }
}

void HttpServer::on(const std::string& path, std::vector<HttpAnswer> answers) {
  const std::lock_guard lock(mutex_);
  scripts_[path] = {std::move(answers), 0};
}
void HttpServer::serve(const std::string& path, std::string bytes, std::string content_type) {
  const std::lock_guard lock(mutex_);
  files_[path] = {std::move(bytes), std::move(content_type)};
}
void HttpServer::otherwise(std::function<HttpAnswer(const HttpRequest&)> handler) {
  const std::lock_guard lock(mutex_);
  otherwise_ = std::move(handler);
}

std::string HttpServer::url(const std::string& path, const std::string& host) const {
  return std::string(tls_ ? "https://" : "http://") + host + ":" + std::to_string(port_) + path;
}
std::vector<HttpRequest> HttpServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}
std::size_t HttpServer::hits(const std::string& path) const {
  const auto all = requests();
  return static_cast<std::size_t>(std::count_if(
      all.begin(), all.end(), [&](const HttpRequest& request) { return request.target == path; }));
}

namespace {
HttpAnswer serve_range(const std::string& bytes, const std::string& range) {
  const auto dash = range.find('-');
  HttpAnswer answer;
  const std::string first_text = range.substr(6, dash - 6), last_text = range.substr(dash + 1);
  const std::size_t size = bytes.size();
  std::size_t first =
      first_text.empty() ? size - std::min<std::size_t>(size, std::stoul(last_text)) : std::stoul(first_text);
  std::size_t last = first_text.empty() || last_text.empty() ? size - 1 : std::stoul(last_text);
  if (first >= size) {
    answer.status = 416;
    answer.headers = {{"Content-Range", "bytes */" + std::to_string(size)}};
    return answer;
  }
  last = std::min(last, size - 1);
  answer.status = 206;
  answer.body = bytes.substr(first, last - first + 1);
  answer.headers = {{"Content-Range", "bytes " + std::to_string(first) + "-" + std::to_string(last) + "/" +
                                          std::to_string(size)}};
  return answer;
}
}  // namespace

HttpAnswer HttpServer::answer(const HttpRequest& request) {
  std::unique_lock lock(mutex_);
  requests_.push_back(request);
  if (const auto script = scripts_.find(request.target); script != scripts_.end()) {
    auto& [answers, next] = script->second;
    return answers[std::min(next++, answers.size() - 1)];
  }
  if (const auto file = files_.find(request.target); file != files_.end()) {
    const std::string etag = "\"" + std::to_string(std::hash<std::string>{}(file->second.bytes)) + "\"";
    const std::string range = request.header("range"), condition = request.header("if-range");
    HttpAnswer answer;
    if (range.starts_with("bytes=") && (condition.empty() || condition == etag)) {
      answer = serve_range(file->second.bytes, range);
    } else {
      answer.body = file->second.bytes;
    }
    answer.headers.emplace_back("ETag", etag);
    answer.headers.emplace_back("Accept-Ranges", "bytes");
    answer.headers.emplace_back("Content-Type", file->second.content_type);
    return answer;
  }
  const auto handler = otherwise_;
  lock.unlock();
  if (handler) return handler(request);
  return {.status = 404, .body = "not here", .headers = {}, .cut_after = {}};
}

}  // namespace envtool::doubles
