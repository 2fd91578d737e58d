#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/unit/ui/fake_terminal.hpp"

using namespace envtool;
using namespace envtool::ui;
using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

namespace {
Progress fetch(std::uint64_t done, bool finished = false) {
  return {Stage::fetch, "fetch", "fetching 107 wheels", done, 100'000'000, Progress::Unit::bytes, finished};
}
Progress solve(std::uint64_t done, bool finished = false) {
  return {Stage::resolve, "resolve/python", "resolving", done, 0, Progress::Unit::items, finished};
}
constexpr Look kLive{Mode::live, false, false, false};
constexpr Look kPlain{Mode::plain, false, false, false};
/// The text after the spinner.
std::string after_mark(const std::string& line) { return line.size() > 2 ? line.substr(2) : line; }
}  // namespace

TEST_CASE("a terminal shows how much, how fast and how long", "[ui]") {
  FakeTerminal terminal;
  Drawer drawer(kLive, terminal.surface());
  drawer.progress(fetch(0));
  for (int i = 1; i <= 10; ++i) {
    terminal.pass(200ms);
    drawer.progress(fetch(static_cast<std::uint64_t>(i) * 5'000'000));
  }
  drawer.redraw();
  REQUIRE(terminal.screen().size() == 1);
  CHECK(after_mark(terminal.screen()[0]) == "fetching 107 wheels  50.0 MB of 100 MB  25.0 MB/s  2 s left");
}

TEST_CASE("a narrow terminal gets what fits, never a broken line", "[ui]") {
  FakeTerminal terminal;
  Drawer drawer(kLive, terminal.surface());
  drawer.progress(fetch(0));
  terminal.pass(1s);
  drawer.progress(fetch(50'000'000));
  for (int columns = 1; columns < 120; ++columns) {
    terminal.columns = columns;
    drawer.redraw();
    const auto screen = terminal.screen();
    REQUIRE(screen.size() == 1);
    CHECK(screen[0].size() < static_cast<std::size_t>(std::max(10, columns)));
  }
  terminal.columns = 60;
  drawer.redraw();
  CHECK(after_mark(terminal.screen()[0]) == "fetching 107 wheels  50.0 MB of 100 MB  50.0 MB/s");
  terminal.columns = 30;
  drawer.redraw();
  CHECK(after_mark(terminal.screen()[0]) == "fetching 107 wheels");
  terminal.columns = 16;
  drawer.redraw();
  CHECK(after_mark(terminal.screen()[0]) == "fetching 1...");
}

TEST_CASE("a warning stands whole above the block", "[ui]") {
  FakeTerminal terminal;
  Drawer drawer(kLive, terminal.surface());
  drawer.progress(fetch(1));
  drawer.progress(solve(3));
  drawer.redraw();
  drawer.warn("numpy 2.1.0rc1 is a pre-release");
  drawer.note("base debian bookworm");
  const auto screen = terminal.screen();
  REQUIRE(screen.size() == 4);
  CHECK(screen[0] == "warning: numpy 2.1.0rc1 is a pre-release");
  CHECK(screen[1] == "base debian bookworm");
  CHECK(after_mark(screen[3]) == "resolving  3");
}

TEST_CASE("what took long leaves a line, what was over at once does not", "[ui]") {
  FakeTerminal terminal;
  Drawer drawer(kLive, terminal.surface());
  drawer.progress(fetch(1));
  drawer.progress(solve(3));
  drawer.progress(solve(4, true));
  terminal.pass(3200ms);
  drawer.progress(fetch(100'000'000, true));
  drawer.redraw();
  CHECK(terminal.screen() == Lines{"fetching 107 wheels: 100 MB of 100 MB in 3.2 s"});
}

TEST_CASE("a note has no colour of its own", "[ui]") {
  FakeTerminal terminal;
  Drawer({Mode::plain, false, true, true}, terminal.surface()).note("done");
  CHECK(terminal.bytes() == "done\n");
}

TEST_CASE("many things at once keep the block short", "[ui]") {
  FakeTerminal terminal;
  Drawer drawer(kLive, terminal.surface());
  for (int i = 0; i < 30; ++i) {
    auto progress = solve(1);
    progress.id = std::to_string(i);
    drawer.progress(progress);
  }
  drawer.redraw();
  REQUIRE(terminal.screen().size() == 8);
  CHECK(terminal.screen()[7] == "  and 23 more");
}

TEST_CASE("nothing is drawn once the terminal is the container's", "[ui]") {
  FakeTerminal terminal;
  Drawer drawer(kLive, terminal.surface());
  drawer.progress(fetch(1));
  drawer.redraw();
  CHECK(terminal.screen().size() == 1);
  drawer.hand_over();
  CHECK(terminal.screen().empty());
  const auto bytes = terminal.bytes();
  drawer.progress(fetch(2));
  drawer.redraw();
  CHECK(terminal.bytes() == bytes);
  drawer.warn("late");
  CHECK(terminal.screen() == Lines{"warning: late"});
}

TEST_CASE("the block is redrawn at most twenty times a second", "[ui]") {
  FakeTerminal terminal;
  Drawer drawer(kLive, terminal.surface());
  const auto end = std::chrono::steady_clock::now() + 300ms;
  for (std::uint64_t i = 0; std::chrono::steady_clock::now() < end; ++i) {
    drawer.progress(fetch(i));
    std::this_thread::sleep_for(1ms);
  }
  CHECK(terminal.writes() >= 1);
  CHECK(terminal.writes() <= 9);
}

TEST_CASE("events of many threads never mix", "[ui]") {
  FakeTerminal terminal;
  {
    Drawer drawer(kLive, terminal.surface());
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&drawer, t] {
        for (std::uint64_t i = 0; i < 200; ++i) {
          auto progress = solve(i, i == 199);
          progress.id = std::to_string(t);
          drawer.progress(progress);
          if (i % 20 == 0) drawer.warn("sentence of a thread");
        }
      });
    }
    for (auto& thread : threads) thread.join();
  }
  const auto screen = terminal.screen();
  CHECK(screen.size() == 40);
  for (const auto& line : screen) CHECK(line == "warning: sentence of a thread");
}

TEST_CASE("a log gets a line at the begin, now and then, and at the end", "[ui]") {
  FakeTerminal terminal;
  Drawer drawer(kPlain, terminal.surface());
  drawer.progress(fetch(0));
  for (int i = 1; i < 25; ++i) {
    terminal.pass(1s);
    drawer.progress(fetch(static_cast<std::uint64_t>(i) * 1'000'000));
  }
  drawer.progress(fetch(100'000'000, true));
  CHECK(terminal.screen() == Lines{"fetching 107 wheels", "fetching 107 wheels: 10.0 MB of 100 MB",
                                   "fetching 107 wheels: 20.0 MB of 100 MB",
                                   "fetching 107 wheels: 100 MB of 100 MB in 24 s"});
  CHECK(terminal.bytes().find('\x1b') == std::string::npos);
}

TEST_CASE("quiet keeps warnings only", "[ui]") {
  FakeTerminal terminal;
  Drawer drawer({Mode::quiet, true, false, false}, terminal.surface());
  drawer.progress(fetch(1));
  drawer.note("note");
  drawer.detail("detail");
  drawer.warn("careful");
  drawer.progress(fetch(2, true));
  CHECK(terminal.screen() == Lines{"warning: careful"});
}

TEST_CASE("details are for -v", "[ui]") {
  FakeTerminal terminal;
  Drawer(kPlain, terminal.surface()).detail("hidden");
  Drawer({Mode::plain, true, false, false}, terminal.surface()).detail("shown");
  CHECK(terminal.screen() == Lines{"shown"});
}

TEST_CASE("JSON events are one object a line", "[ui]") {
  FakeTerminal terminal;
  Drawer drawer({Mode::json, true, true, true}, terminal.surface());
  drawer.progress(fetch(1));
  drawer.progress(fetch(2));  // too soon after the first
  drawer.progress(fetch(3, true));
  drawer.warn("bad \xff bytes\nand a new line");
  drawer.detail("detail");
  std::vector<nlohmann::json> events;
  for (const auto& line : terminal.screen()) events.push_back(nlohmann::json::parse(line));
  REQUIRE(events.size() == 4);
  CHECK(events[0]["event"] == "progress");
  CHECK(events[0]["stage"] == "fetch");
  CHECK(events[0]["unit"] == "bytes");
  CHECK(events[1]["finished"] == true);
  CHECK(events[2]["event"] == "warning");
  CHECK(events[3]["text"] == "detail");
}

TEST_CASE("a sentence cannot steer the terminal", "[ui]") {
  FakeTerminal terminal;
  Drawer drawer(kLive, terminal.surface());
  drawer.warn("evil\x1b[2J\x07name\r");
  auto progress = solve(1);
  progress.text = "a\x1b[2J\nb";
  drawer.progress(progress);
  drawer.redraw();
  CHECK(terminal.bytes().find("\x1b[2J") == std::string::npos);
  CHECK(terminal.screen()[0] == "warning: evil [2J name ");
}

TEST_CASE("the drawer hands on the token that Ctrl-C stops", "[ui]") {
  FakeTerminal terminal;
  std::stop_source source;
  const Drawer drawer(kPlain, terminal.surface(), source.get_token());
  CHECK_FALSE(drawer.stop_token().stop_requested());
  source.request_stop();
  CHECK(drawer.stop_token().stop_requested());
}
