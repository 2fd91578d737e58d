#include "runtime/native/pty.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "runtime/native/kernel.hpp"
#include "runtime/native/mounts.hpp"

namespace envtool::runtime::native {
namespace {

constexpr std::size_t kChunk = 16384;

void write_out(const char* bytes, ssize_t size) {
  while (size > 0) {
    const ssize_t n = ::write(1, bytes, static_cast<std::size_t>(size));
    if (n < 0 && errno != EINTR && errno != EAGAIN) return;
    if (n > 0) bytes += n, size -= n;
  }
}

}  // namespace

int open_terminal(int root, bool bind_console, int channel, Failing& failing) {
  const int master = open_in_root(root, "dev/pts/ptmx", O_RDWR | O_NOCTTY);
  int unlocked = 0;
  if (master < 0 || ::ioctl(master, TIOCSPTLCK, &unlocked) != 0) {
    failing.fail(Step::terminal);
    return -1;
  }
  const int slave = ::ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (slave < 0) {
    failing.fail(Step::terminal);
    return -1;
  }
  if (bind_console) {
    char name[32];
    std::snprintf(name, sizeof name, "/proc/self/fd/%d", slave);
    const int console = find_or_make(root, "dev/console", false);
    if (console >= 0) {
      bind_on(AT_FDCWD, name, console, 0);  // some programs like one; none needs it
      ::close(console);
    }
  }
  tell(channel, {Told::terminal, Step::none, 0, 0}, master);
  ::close(master);
  return slave;
}

bool take_terminal(int slave, Failing& failing) {
  ::setsid();
  if (::ioctl(slave, TIOCSCTTY, 0) != 0) return failing.fail(Step::terminal);
  for (int fd = 0; fd < 3; ++fd)
    if (::dup2(slave, fd) < 0) return failing.fail(Step::terminal);
  if (slave > 2) ::close(slave);
  return true;
}

void TerminalRelay::start(int master) {
  master_.reset(master);
  ::fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK);
  output_open_ = true;
  resize();
  enter_raw();
}

void TerminalRelay::enter_raw() {
  if (!started() || raw_) return;
  if (::isatty(0) == 0) return;
  foreground_ = ::tcgetpgrp(0) == ::getpgrp();
  if (!foreground_ || ::tcgetattr(0, &saved_) != 0) return;
  termios raw = saved_;
  ::cfmakeraw(&raw);
  raw_ = ::tcsetattr(0, TCSADRAIN, &raw) == 0;
}

void TerminalRelay::restore() {
  if (!raw_) return;
  ::tcsetattr(0, TCSADRAIN, &saved_);
  raw_ = false;
}

void TerminalRelay::resize() const {
  winsize size{};
  if (started() && (::ioctl(0, TIOCGWINSZ, &size) == 0 || ::ioctl(1, TIOCGWINSZ, &size) == 0))
    ::ioctl(master_.get(), TIOCSWINSZ, &size);
}

void TerminalRelay::read_input() {
  char chunk[kChunk];
  const ssize_t size = ::read(input_, chunk, sizeof chunk);
  if (size > 0) {
    pending_.append(chunk, static_cast<std::size_t>(size));
  } else if (size == 0 || (errno != EINTR && errno != EAGAIN)) {
    input_ = -1;
    pending_.push_back('\4');  // end of file, as typed
  }
  write_pending();
}

void TerminalRelay::write_pending() {
  const ssize_t size = ::write(master_.get(), pending_.data(), pending_.size());
  if (size > 0) pending_.erase(0, static_cast<std::size_t>(size));
  if (size < 0 && errno != EAGAIN && errno != EINTR) pending_.clear();
}

void TerminalRelay::read_output() {
  char chunk[kChunk];
  const ssize_t size = ::read(master_.get(), chunk, sizeof chunk);
  if (size > 0) return write_out(chunk, size);
  if (size == 0 || (errno != EAGAIN && errno != EINTR))
    output_open_ = false;  // EIO: no slave is open any more
}

void TerminalRelay::drain() {
  if (!started()) return;
  char chunk[kChunk];
  for (;;) {
    const ssize_t size = ::read(master_.get(), chunk, sizeof chunk);
    if (size <= 0) return;
    write_out(chunk, size);
  }
}

}  // namespace envtool::runtime::native
