#include <signal.h>  // NOLINT: sigaction is not in <csignal>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <thread>

#include "envtool/support/unique_fd.hpp"
#include "envtool/ui/ui.hpp"

namespace envtool::ui {
namespace {

constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP};
std::atomic<int> wake_fd{-1};

/// Only what may be done in a signal handler: wake the thread that asks for the stop.
void on_signal(int) {
  const int saved = errno;
  const std::uint64_t one = 1;
  if (::write(wake_fd.load(), &one, sizeof one) < 0) {
  }
  errno = saved;
}

}  // namespace

struct Interrupts::State {
  UniqueFd event{::eventfd(0, EFD_CLOEXEC)};
  std::stop_source source;
  std::array<struct sigaction, kSignals.size()> before{};
  std::atomic<bool> released{false};
  std::thread thread;
};

Interrupts::Interrupts() : state_(std::make_unique<State>()) {
  if (!state_->event) return;
  wake_fd = state_->event.get();
  state_->thread = std::thread([state = state_.get()] {
    std::uint64_t count = 0;
    while (::read(state->event.get(), &count, sizeof count) < 0 && errno == EINTR) {
    }
    if (!state->released) state->source.request_stop();
  });
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);  // the second signal ends the process
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    ::sigaction(kSignals[i], nullptr, &state_->before[i]);
    if (state_->before[i].sa_handler != SIG_IGN)
      ::sigaction(kSignals[i], &action, nullptr);  // nohup stays nohup
  }
}

Interrupts::~Interrupts() { release(); }

std::stop_token Interrupts::token() const { return state_->source.get_token(); }

void Interrupts::release() {
  if (state_->released.exchange(true) || !state_->event) return;
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &state_->before[i], nullptr);
  on_signal(0);
  if (state_->thread.joinable()) state_->thread.join();
  wake_fd = -1;
}

}  // namespace envtool::ui
