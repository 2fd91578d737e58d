#pragma once
// What a person sees: progress, warnings, errors, tables. Everything here goes to stderr but tables, which
// the caller prints.
#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "envtool/support/events.hpp"
#include "envtool/support/result.hpp"

namespace envtool::ui {

enum class Mode {
  live,   ///< a terminal: one block of lines that is drawn again
  plain,  ///< a log: a line when something begins, and when it ends
  quiet,  ///< warnings and errors only
  json,   ///< one JSON object a line
};

struct Look {
  Mode mode = Mode::plain;
  bool verbose = false;  ///< show detail()
  bool color = false;
  bool unicode = false;
};

/// The look that fits stderr: live on a terminal, colour unless NO_COLOR or TERM=dumb, UTF-8 by locale.
Look look_for_stderr(bool quiet, bool json, bool verbose);

/// Where a drawer writes and what it asks; tests replace them.
struct Surface {
  std::function<void(std::string_view)> write;  ///< all bytes of one change at once
  std::function<int()> width;                   ///< columns of the terminal
  std::function<std::chrono::steady_clock::time_point()> now;
};
Surface stderr_surface();

/// Draws Events. Its thread redraws at most 20 times a second and exists only while there is progress on a
/// terminal. All methods may be called from any thread.
class Drawer : public Events {
 public:
  Drawer(Look look, Surface surface, std::stop_token stop = {});
  ~Drawer() override;  ///< clears the block
  void progress(const Progress& progress) override;
  void warn(std::string_view sentence) override;
  void note(std::string_view sentence) override;
  void detail(std::string_view sentence) override;
  [[nodiscard]] std::stop_token stop_token() const override;

  /// Clear the block and stop the thread: the terminal is the container's from here. What comes later is
  /// printed as plain lines.
  void hand_over();
  /// Draw now, without waiting for the thread: for tests.
  void redraw();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// SIGINT, SIGTERM and SIGHUP request a stop instead of ending the process; a second one ends it at once.
/// One at a time. `release` (and the end of its life) gives the signals their earlier meaning back.
class Interrupts {
 public:
  Interrupts();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;
  [[nodiscard]] std::stop_token token() const;
  void release();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// An error for a person: "error: …", the place with its source line and a caret where the file can be read,
/// hints as "help: …", with `look.verbose` the chain. In JSON mode one object.
std::string render_error(const Error& error, const Look& look, int width = 100);

/// Columns of left-aligned cells, two spaces apart; the header in bold with colour. Cells may hold UTF-8.
std::string render_table(const std::vector<std::string>& header,
                         const std::vector<std::vector<std::string>>& rows, bool color = false);

/// Columns that a terminal needs for UTF-8 text; escape sequences count nothing.
std::size_t display_width(std::string_view text);
/// At most `columns` of it, with … (or ...) at the end where it was cut; control characters become spaces.
std::string fit(std::string_view text, std::size_t columns, bool unicode);

}  // namespace envtool::ui
