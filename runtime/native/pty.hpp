#pragma once
#include <termios.h>

#include <cstdint>
#include <string>

#include "envtool/support/unique_fd.hpp"
#include "runtime/native/step.hpp"

namespace envtool::runtime::native {

/// In the child: open a terminal in the container's own devpts (so that `tty` names it), below `root`, and
/// send its master to the parent. `bind_console`: also make it /dev/console. Out: the slave, or -1.
int open_terminal(int root, bool bind_console, int channel, Failing& failing);
/// In the child: a session of our own with `slave` as its terminal and standard streams.
bool take_terminal(int slave, Failing& failing);

/// The parent's end: copies between the caller's terminal, raw for the time, and the container's.
class TerminalRelay {
 public:
  TerminalRelay() = default;
  ~TerminalRelay() { restore(); }
  TerminalRelay(const TerminalRelay&) = delete;
  TerminalRelay& operator=(const TerminalRelay&) = delete;

  void start(int master);
  [[nodiscard]] bool started() const { return static_cast<bool>(master_); }
  /// Raw mode if we are in the foreground; called again after each SIGCONT.
  void enter_raw();
  void restore();
  void resize() const;
  /// Descriptors to poll for reading and -1 where there is nothing to wait for.
  [[nodiscard]] int input() const { return foreground_ && pending_.empty() ? input_ : -1; }
  [[nodiscard]] int output() const { return output_open_ ? master_.get() : -1; }
  [[nodiscard]] bool wants_write() const { return !pending_.empty(); }
  void read_input();
  void write_pending();
  void read_output();
  /// What the container wrote before it ended.
  void drain();

 private:
  UniqueFd master_;
  int input_ = 0;
  bool output_open_ = false, foreground_ = true, raw_ = false;
  termios saved_{};
  std::string pending_;  ///< typed, not yet taken by the container: a paste must not block us
};

}  // namespace envtool::runtime::native
