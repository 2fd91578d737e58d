#include <fmt/format.h>

#include <array>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "envtool/ui/progress_line.hpp"
#include "envtool/ui/ui.hpp"

namespace envtool::ui {
namespace {

constexpr auto kFrame = std::chrono::milliseconds(50);
constexpr auto kLogPause = std::chrono::seconds(10);
constexpr std::size_t kMostLines = 8;
constexpr std::array<std::string_view, 10> kSpinner{"\u280b", "\u2819", "\u2839", "\u2838", "\u283c",
                                                    "\u2834", "\u2826", "\u2827", "\u2807", "\u280f"};
constexpr std::array<std::string_view, 4> kAsciiSpinner{"-", "\\", "|", "/"};

/// Nothing that a package's name or a server's answer holds may steer the terminal.
std::string harmless(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool control = (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
    out += control ? ' ' : c;
  }
  return out;
}

std::string json_line(const nlohmann::json& object) {
  return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace

struct Drawer::State {
  State(Look a_look, Surface a_surface, std::stop_token a_stop)
      : look(a_look), surface(std::move(a_surface)), stop(std::move(a_stop)) {}

  Look look;
  Surface surface;
  std::stop_token stop;
  std::mutex mutex;
  std::condition_variable_any changed;
  std::vector<Item> items;  ///< in the order in which they began
  std::size_t drawn = 0;    ///< lines of the block on the screen
  bool handed_over = false;
  std::jthread thread;

  Item& item(const Progress& progress, Instant now, bool& fresh) {
    for (auto& known : items) {
      if (known.last.id == progress.id) return known;
    }
    fresh = true;
    items.push_back({progress, now, now, {}});
    return items.back();
  }
  void forget(const std::string& id) {
    std::erase_if(items, [&](const Item& known) { return known.last.id == id; });
  }

  /// Back to the block's first line, everything from there gone.
  std::string clear() {
    if (drawn == 0) return {};
    auto out = fmt::format("\x1b[{}A\r\x1b[J", drawn);
    drawn = 0;
    return out;
  }
  std::string block(Instant now) {
    std::string out;
    const auto columns = static_cast<std::size_t>(std::max(10, surface.width())) - 1;
    const auto frame = static_cast<std::size_t>(now.time_since_epoch() / kFrame / 2);
    const auto mark =
        look.unicode ? kSpinner[frame % kSpinner.size()] : kAsciiSpinner[frame % kAsciiSpinner.size()];
    const std::size_t shown = items.size() > kMostLines ? kMostLines - 1 : items.size();
    for (std::size_t i = 0; i < shown; ++i, ++drawn)
      out += progress_line(items[i], now, mark, columns, look.unicode) + "\x1b[K\n";
    if (shown < items.size()) {
      out += fit(fmt::format("  and {} more", items.size() - shown), columns, look.unicode) + "\x1b[K\n";
      ++drawn;
    }
    return out;
  }
  /// A line that stays, above the block; one write, so that nothing comes between.
  void say(std::string_view line) {
    if (look.mode != Mode::live || handed_over) {
      surface.write(std::string(line) + "\n");
      return;
    }
    auto out = clear();
    out.append(line).append("\n").append(block(surface.now()));
    surface.write(out);
  }
  void draw() {
    if (handed_over || (items.empty() && drawn == 0)) return;
    // Line over line and the rest cleared last: no moment without the block, so nothing flickers.
    auto out = drawn > 0 ? fmt::format("\x1b[{}A\r", drawn) : std::string();
    drawn = 0;
    surface.write(out + block(surface.now()) + "\x1b[J");
  }
  [[nodiscard]] std::string paint(std::string_view code, std::string_view text) const {
    if (!look.color || code.empty() || text.empty()) return std::string(text);
    return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
  }

  void start_thread() {
    if (thread.joinable() || handed_over) return;
    thread = std::jthread([this](const std::stop_token& end) {
      std::unique_lock lock(mutex);
      while (!end.stop_requested()) {
        if (items.empty()) {
          draw();
          changed.wait(lock, end, [this] { return !items.empty(); });
        } else {
          draw();
          changed.wait_for(lock, end, kFrame, [] { return false; });
        }
      }
    });
  }

  void finish_line(const Item& done, Instant now) {
    const auto how_much = amount(done.last);
    say(fmt::format("{}: {}{}", harmless(done.last.text), how_much.empty() ? "" : how_much + " in ",
                    duration(now - done.began)));
  }
  void log_progress(Item& known, bool fresh, Instant now) {
    if (fresh) {
      say(harmless(known.last.text));
    } else if (now - known.told >= kLogPause) {
      say(fmt::format("{}: {}", harmless(known.last.text), amount(known.last)));
      known.told = now;
    }
  }
  void json_progress(Item& known, bool fresh, Instant now) {
    if (!fresh && !known.last.finished && now - known.told < std::chrono::milliseconds(100)) return;
    known.told = now;
    const auto& last = known.last;
    surface.write(json_line({{"event", "progress"},
                             {"stage", name(last.stage)},
                             {"id", last.id},
                             {"text", last.text},
                             {"done", last.done},
                             {"total", last.total},
                             {"unit", last.unit == Progress::Unit::bytes ? "bytes" : "items"},
                             {"finished", last.finished}}));
  }
  void sentence(std::string_view event, std::string_view text, std::string_view prefix,
                std::string_view color) {
    if (look.mode == Mode::json) {
      surface.write(json_line({{"event", event}, {"text", text}}));
      return;
    }
    say(prefix.empty() && color == "2" ? paint(color, harmless(text))
                                       : paint(color, prefix) + harmless(text));
  }
};

Drawer::Drawer(Look look, Surface surface, std::stop_token stop)
    : state_(std::make_unique<State>(look, std::move(surface), std::move(stop))) {}

Drawer::~Drawer() { hand_over(); }

void Drawer::progress(const Progress& progress) {
  const std::lock_guard lock(state_->mutex);
  const auto now = state_->surface.now();
  bool fresh = false;
  Item& item = state_->item(progress, now, fresh);
  item.update(progress, now);
  const auto mode = state_->look.mode;
  if (mode == Mode::json) state_->json_progress(item, fresh, now);
  if (mode == Mode::plain && (fresh || !progress.finished)) state_->log_progress(item, fresh, now);
  if (mode == Mode::live) {
    state_->start_thread();
    state_->changed.notify_all();
  }
  if (!progress.finished) return;
  const Item done = item;
  state_->forget(progress.id);
  // What was over at once needs no line of its own: the notes of the stages say what was done.
  if ((mode == Mode::live || mode == Mode::plain) && now - done.began >= std::chrono::seconds(1))
    state_->finish_line(done, now);
}

void Drawer::warn(std::string_view sentence) {
  const std::lock_guard lock(state_->mutex);
  state_->sentence("warning", sentence, "warning: ", "33;1");
}
void Drawer::note(std::string_view sentence) {
  const std::lock_guard lock(state_->mutex);
  if (state_->look.mode != Mode::quiet) state_->sentence("note", sentence, "", "");
}
void Drawer::detail(std::string_view sentence) {
  const std::lock_guard lock(state_->mutex);
  if (state_->look.verbose && state_->look.mode != Mode::quiet) state_->sentence("detail", sentence, "", "2");
}
std::stop_token Drawer::stop_token() const { return state_->stop; }

void Drawer::hand_over() {
  {
    const std::lock_guard lock(state_->mutex);
    if (const auto gone = state_->clear(); !gone.empty()) state_->surface.write(gone);
    state_->handed_over = true;  // from here no thread is started and nothing is drawn
  }
  state_->thread.request_stop();
  if (state_->thread.joinable()) state_->thread.join();
}

void Drawer::redraw() {
  const std::lock_guard lock(state_->mutex);
  if (state_->look.mode == Mode::live) state_->draw();
}

}  // namespace envtool::ui
