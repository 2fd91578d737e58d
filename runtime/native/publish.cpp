// Ports of a container on the host's loopback: listening sockets keep the network they were made in, so one
// process that listens outside and then enters the container's network can connect the two.
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>

#include "runtime/native/kernel.hpp"
#include "runtime/native/pasta.hpp"

namespace envtool::runtime::native {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Result<UniqueFd> listen_on(std::uint16_t port) {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int reuse = 1;
  const sockaddr_in address = loopback(port);
  if (fd) ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
  if (!fd || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(fd.get(), 128) != 0) {
    auto failure = fail_errno("publish port", std::to_string(port));
    if (errno == EADDRINUSE)
      failure.value().hints.emplace_back("another program listens there; choose another port");
    return failure;
  }
  return fd;
}

struct Port {
  std::uint16_t number;
  UniqueFd listener;
};

/// One direction of a connection.
struct Flow {
  int from = -1, to = -1;
  std::array<char, 65536> bytes{};
  std::size_t begin = 0, end = 0;
  bool ended = false;  ///< nothing more will come

  [[nodiscard]] bool wants_read() const { return !ended && begin == end; }
  [[nodiscard]] bool wants_write() const { return begin < end; }
  void read() {
    const ssize_t size = ::read(from, bytes.data(), bytes.size());
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    begin = 0;
    end = size > 0 ? static_cast<std::size_t>(size) : 0;
    ended = size <= 0;
    if (ended) ::shutdown(to, SHUT_WR);
  }
  bool write() {
    const ssize_t size = ::send(to, bytes.data() + begin, end - begin, MSG_NOSIGNAL);
    if (size > 0) begin += static_cast<std::size_t>(size);
    return size >= 0 || errno == EAGAIN || errno == EINTR;
  }
};

struct Connection {
  UniqueFd outside, inside;
  Flow in, out;
  bool broken = false;
  [[nodiscard]] bool over() const {
    return broken || (in.ended && out.ended && !in.wants_write() && !out.wants_write());
  }
};

void add_connection(std::vector<std::unique_ptr<Connection>>& connections, const Port& port) {
  UniqueFd outside(::accept4(port.listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!outside) return;
  UniqueFd inside(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(port.number);
  // Loopback answers at once, also with a refusal: then the caller sees its connection closed.
  if (!inside || ::connect(inside.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return;
  ::fcntl(inside.get(), F_SETFL, O_NONBLOCK);
  auto connection = std::make_unique<Connection>();
  connection->in.from = connection->out.to = outside.get();
  connection->in.to = connection->out.from = inside.get();
  connection->outside = std::move(outside);
  connection->inside = std::move(inside);
  connections.push_back(std::move(connection));
}

void serve_connection(Connection& connection, const pollfd& outside, const pollfd& inside) {
  constexpr short kReadable = POLLIN | POLLHUP | POLLERR;
  if ((outside.revents & kReadable) != 0 && connection.in.wants_read()) connection.in.read();
  if ((inside.revents & kReadable) != 0 && connection.out.wants_read()) connection.out.read();
  if (connection.in.wants_write() && !connection.in.write()) connection.broken = true;
  if (connection.out.wants_write() && !connection.out.write()) connection.broken = true;
}

short events_of(const Flow& from_here, const Flow& to_here) {
  return static_cast<short>((from_here.wants_read() ? POLLIN : 0) | (to_here.wants_write() ? POLLOUT : 0));
}

[[noreturn]] void serve(int pidfd, std::vector<Port>& ports) {
  std::vector<std::unique_ptr<Connection>> connections;
  std::vector<pollfd> polled;
  for (;;) {
    polled.assign(1, {pidfd, POLLIN, 0});
    for (const Port& port : ports) polled.push_back({port.listener.get(), POLLIN, 0});
    for (const auto& one : connections) {
      polled.push_back({one->outside.get(), events_of(one->in, one->out), 0});
      polled.push_back({one->inside.get(), events_of(one->out, one->in), 0});
    }
    if (::poll(polled.data(), polled.size(), -1) < 0) continue;
    if (polled[0].revents != 0) ::_exit(0);
    const std::size_t first = 1 + ports.size();
    for (std::size_t i = 0; i < connections.size(); ++i)
      serve_connection(*connections[i], polled[first + 2 * i], polled[first + 2 * i + 1]);
    std::erase_if(connections, [](const auto& one) { return one->over(); });
    for (std::size_t i = 0; i < ports.size(); ++i)
      if (polled[1 + i].revents != 0) add_connection(connections, ports[i]);
  }
}

/// The caller's files, the container's gate among them, are not this process's to hold.
void close_others(const std::vector<Port>& ports, int pidfd) {
  std::vector<unsigned> kept = {static_cast<unsigned>(pidfd)};
  for (const Port& port : ports) kept.push_back(static_cast<unsigned>(port.listener.get()));
  std::sort(kept.begin(), kept.end());
  unsigned first = 3;
  for (const unsigned fd : kept) {
    if (fd > first) ::syscall(SYS_close_range, first, fd - 1, 0);
    first = std::max(first, fd + 1);
  }
  ::syscall(SYS_close_range, first, ~0U, 0);
}

}  // namespace

Result<void> publish_ports(pid_t pid, int pidfd, const std::vector<std::uint16_t>& numbers) {
  if (numbers.empty()) return {};
  std::vector<Port> ports;
  for (const auto number : numbers) {
    ENVTOOL_TRY(UniqueFd listener, listen_on(number));
    ports.push_back({number, std::move(listener)});
  }
  // A process of its own, because it enters the namespace for good; `pid` is only named for the error.
  const pid_t helper = ::fork();
  if (helper < 0) return fail_errno("start a process to publish the ports of", std::to_string(pid));
  if (helper > 0) return {};
  ::setsid();
  close_others(ports, pidfd);
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; fd < 3; ++fd) ::dup2(null, fd);
  if (::setns(pidfd, CLONE_NEWUSER | CLONE_NEWNET) != 0) ::_exit(1);
  serve(pidfd, ports);
}

}  // namespace envtool::runtime::native
