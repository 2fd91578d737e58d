#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "envtool/ui/progress_line.hpp"
#include "envtool/ui/ui.hpp"

using namespace envtool;
using namespace envtool::ui;

namespace {
constexpr Look kPlain{Mode::plain, false, false, true};
Error sample(std::string file, std::uint32_t line, std::uint32_t column) {
  return Error{.code = Code::bad_input,
               .what = "unknown key 'pakages' in env.yaml",
               .place = Place{std::move(file), line, column},
               .chain = {"while reading env.yaml"},
               .hints = {"did you mean 'packages'?"}};
}
struct File {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("envtool-ui-" + std::to_string(::getpid()));
  explicit File(const std::string& text) { std::ofstream(path) << text; }
  ~File() { std::filesystem::remove(path); }
};
}  // namespace

TEST_CASE("an error shows its place, its line and what to do", "[ui]") {
  const File file("name: x\n  \u00e9\u4e2d pakages: [numpy]\n");
  const auto text = render_error(sample(file.path, 2, 9), kPlain);
  CHECK(text == "error: unknown key 'pakages' in env.yaml\n  at " + file.path.native() +
                    ":2:9\n"
                    "    2 |   \u00e9\u4e2d pakages: [numpy]\n"
                    "      |       ^\n"
                    "help: did you mean 'packages'?\n");
}

TEST_CASE("an error without a readable file is still whole", "[ui]") {
  const auto expected =
      "error: unknown key 'pakages' in env.yaml\n  at /nonexistent/env.yaml:2:8\nhelp: did you mean "
      "'packages'?\n";
  CHECK(render_error(sample("/nonexistent/env.yaml", 2, 8), kPlain) == expected);
  const File file("one line\n");
  CHECK(render_error(sample(file.path, 99, 1), kPlain).find('^') == std::string::npos);
  CHECK(render_error(sample(file.path, 1, 999), kPlain).find('^') != std::string::npos);
  CHECK(render_error(sample("https://x/simple", 1, 1), kPlain).find("at https://x/simple:1:1\nhelp") !=
        std::string::npos);
  auto bare = sample("", 0, 0);
  bare.place.reset();
  CHECK(render_error(bare, kPlain) ==
        "error: unknown key 'pakages' in env.yaml\nhelp: did you mean 'packages'?\n");
}

TEST_CASE("the caret of a long line is on the screen", "[ui]") {
  const File file(std::string(500, 'a') + "X" + std::string(500, 'b'));
  const auto text = render_error(sample(file.path, 1, 501), kPlain, 60);
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  REQUIRE(lines.size() == 5);
  CHECK(display_width(lines[2]) <= 60);
  CHECK(lines[2][lines[3].find('^')] == 'X');
}

TEST_CASE("-v adds the chain", "[ui]") {
  const auto error = sample("/nonexistent", 1, 1);
  CHECK(render_error(error, kPlain).find("while reading") == std::string::npos);
  CHECK(render_error(error, {Mode::plain, true, false, false}).find("  while reading env.yaml\n") !=
        std::string::npos);
}

TEST_CASE("an error in JSON has every part", "[ui]") {
  const auto object =
      nlohmann::json::parse(render_error(sample("env.yaml", 2, 8), {Mode::json, false, false, false}));
  CHECK(object["event"] == "error");
  CHECK(object["code"] == "bad_input");
  CHECK(object["place"]["line"] == 2);
  CHECK(object["hints"][0] == "did you mean 'packages'?");
}

TEST_CASE("colour is only there when it is wanted", "[ui]") {
  CHECK(render_error(sample("x", 1, 1), kPlain).find('\x1b') == std::string::npos);
  CHECK(render_error(sample("x", 1, 1), {Mode::live, false, true, true}).find("\x1b[31;1merror:") == 0);
}

TEST_CASE("tables line up, wide characters too", "[ui]") {
  CHECK(render_table({"NAME", "PORTS"}, {{"intro", "6006"}, {"\u4e2d\u6587-longer", ""}, {"x", "1"}}) ==
        "NAME         PORTS\nintro        6006\n\u4e2d\u6587-longer\nx            1\n");
  CHECK(render_table({}, {{"a", "b"}}) == "a  b\n");
}

TEST_CASE("text is measured and cut by columns", "[ui]") {
  CHECK(display_width("caf\u00e9") == 4);
  CHECK(display_width("e\u0301") == 1);
  CHECK(display_width("\x1b[31;1mred\x1b[0m") == 3);
  CHECK(display_width("\xff\xfe") == 2);
  CHECK(fit("\u4e2d\u6587\u4e2d", 4, true) == "\u4e2d\u2026");
  CHECK(fit("abcdef", 4, false) == "a...");
  CHECK(fit("abcdef", 2, false).empty());
  CHECK(fit("a\tb", 9, true) == "a b");
}

TEST_CASE("durations and amounts read well", "[ui]") {
  using namespace std::chrono_literals;
  CHECK(duration(840ms) == "0.8 s");
  CHECK(duration(12400ms) == "12 s");
  CHECK(duration(185s) == "3 min 5 s");
  CHECK(duration(3725s) == "1 h 2 min");
  CHECK(amount({Stage::fetch, "", "", 120, 107, Progress::Unit::items, false}) == "107 of 107");
  CHECK(amount({Stage::fetch, "", "", 0, 0, Progress::Unit::items, false}).empty());
}

TEST_CASE("Ctrl-C asks for a stop, and afterwards means what it did before", "[ui]") {
  struct sigaction before {
  }, after{};
  ::sigaction(SIGTERM, nullptr, &before);
  Interrupts interrupts;
  const auto token = interrupts.token();
  CHECK_FALSE(token.stop_requested());
  ::kill(::getpid(), SIGTERM);
  for (int i = 0; i < 200 && !token.stop_requested(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(token.stop_requested());
  interrupts.release();
  ::sigaction(SIGTERM, nullptr, &after);
  CHECK(after.sa_handler == before.sa_handler);
}

TEST_CASE("an ended wait for Ctrl-C asks for nothing", "[ui]") {
  Interrupts interrupts;
  const auto token = interrupts.token();
  interrupts.release();
  CHECK_FALSE(token.stop_requested());
}
