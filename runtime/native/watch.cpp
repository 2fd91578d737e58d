#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <optional>

#include "runtime/native/kernel.hpp"
#include "runtime/native/launch.hpp"
#include "runtime/native/pid1.hpp"
#include "runtime/native/pty.hpp"

namespace envtool::runtime::native {
namespace {

class Watcher {
 public:
  Watcher(Running& running, const LaunchPlan& plan, WatchOptions options)
      : running_(running), plan_(plan), options_(std::move(options)) {}

  Result<int> run() {
    sigset_t all;
    ::sigfillset(&all);
    signals_.reset(::signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signals_) return fail_errno("watch for signals", "");
    if (options_.release_streams && !plan_.terminal) release_streams();
    if (running_.terminal) terminal_.start(running_.terminal.release());
    while (!ended_ && !(code_ && options_.leave_early)) step();
    terminal_.drain();
    terminal_.restore();
    if (cancelled_) return fail(Code::cancelled, "cancelled");
    if (failure_) return fail(error_of(plan_, *failure_));
    return *code_;
  }

 private:
  static void release_streams() {
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0) return;
    ::dup2(null, 0);
    ::dup2(null, 1);
    ::close(null);
  }

  void step() {
    std::vector<pollfd>& polled = polled_;
    polled.clear();
    polled.push_back({signals_.get(), POLLIN, 0});
    polled.push_back({running_.pidfd.get(), POLLIN, 0});
    polled.push_back({running_.channel.get(), POLLIN, 0});
    polled.push_back({terminal_.started() ? terminal_.input() : -1, POLLIN, 0});
    polled.push_back({terminal_.started() ? terminal_.output() : -1,
                      static_cast<short>(terminal_.wants_write() ? POLLIN | POLLOUT : POLLIN), 0});
    for (const Watch& other : options_.watches) polled.push_back({other.fd, other.events, 0});
    const int timeout = options_.stop.stop_possible() ? 100 : -1;
    if (::poll(polled.data(), polled.size(), timeout) < 0) return;
    if (options_.stop.stop_requested() && !cancelled_) cancel();
    if (polled[4].revents & POLLOUT) terminal_.write_pending();
    if (polled[4].revents & (POLLIN | POLLHUP | POLLERR)) terminal_.read_output();
    if (polled[3].revents != 0) terminal_.read_input();
    if (polled[2].revents != 0) take_report();
    for (std::size_t i = 5; i < polled.size(); ++i) {
      Watch& other = options_.watches[i - 5];
      if (polled[i].revents != 0 && !other.ready()) other.fd = -1;
    }
    if (polled[0].revents != 0) take_signals();
    if (polled[1].revents != 0 && polled[2].revents == 0) take_end();
  }

  void cancel() {
    cancelled_ = true;
    pidfd_send_signal(running_.pidfd.get(), SIGKILL);
  }

  void take_report() {
    Report report;
    int fd = -1;
    if (!hear(running_.channel.get(), report, fd)) {
      running_.channel.reset();
      return;
    }
    UniqueFd carried(fd);
    switch (report.told) {
      case Told::failed:
        // A command that cannot be executed has an exit code, as in a shell.
        if (report.step != Step::execute) failure_ = report;
        break;
      case Told::terminal:
        terminal_.start(carried.release());
        break;
      case Told::listener:
        if (options_.on_listener) options_.watches.push_back(options_.on_listener(std::move(carried)));
        break;
      case Told::stopped:
        follow_stop();
        break;
      case Told::exited:
        if (!failure_) code_ = report.value;
        break;
      case Told::ready:
      case Told::started:
        break;
    }
  }

  /// Stop as the command did, so that the caller's shell can put both in the background.
  void follow_stop() {
    terminal_.restore();
    ::kill(::getpid(), SIGSTOP);
    terminal_.resize();
    terminal_.enter_raw();
    pidfd_send_signal(running_.pidfd.get(), SIGCONT);
  }

  void take_signals() {
    signalfd_siginfo info{};
    while (::read(signals_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
      const int number = static_cast<int>(info.ssi_signo);
      if (number == SIGCHLD) continue;
      if (number == SIGWINCH && terminal_.started()) {
        terminal_.resize();
        continue;
      }
      if (number == SIGCONT) terminal_.enter_raw();
      // What our terminal sends reaches a command in our process group by itself; behind a terminal of its
      // own the command is in another.
      if (info.ssi_code <= 0 || terminal_.started()) pidfd_send_signal(running_.pidfd.get(), number);
    }
  }

  void take_end() {
    int status = 0;
    if (::waitpid(running_.pid, &status, 0) != running_.pid) status = 0;
    ended_ = true;
    if (!code_) code_ = shell_status(status);
  }

  Running& running_;
  const LaunchPlan& plan_;
  WatchOptions options_;
  UniqueFd signals_;
  TerminalRelay terminal_;
  std::vector<pollfd> polled_;
  std::optional<int> code_;
  std::optional<Report> failure_;
  bool ended_ = false, cancelled_ = false;
};

}  // namespace

Result<int> watch(Running& running, const LaunchPlan& plan, WatchOptions options) {
  return Watcher(running, plan, std::move(options)).run();
}

}  // namespace envtool::runtime::native
