#include "envtool/project/lock.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/project/lock_sample.hpp"

using namespace envtool;
using namespace envtool::project;

namespace {
std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}
Error read_error(const std::string& text) {
  auto lock = read_lock({"env.lock", text});
  REQUIRE_FALSE(lock.has_value());
  REQUIRE(lock.error().code == Code::bad_input);
  REQUIRE(lock.error().place.has_value());
  CHECK(lock.error().place->file_or_url == "env.lock");
  CHECK_FALSE(lock.error().hints.empty());
  return lock.error();
}
}  // namespace

TEST_CASE("reading a rendered lock gives the same values, rendering them the same bytes", "[project][lock]") {
  const auto lock = sample_lock();
  const auto text = render(lock);
  auto read = read_lock({"env.lock", text});
  INFO((read ? "" : read.error().what) << "\n" << text);
  REQUIRE(read.has_value());
  CHECK(*read == lock);
  CHECK(render(*read) == text);
}

TEST_CASE("an OCI base goes through the lock unchanged", "[project][lock]") {
  auto lock = sample_lock();
  LockedOciBase base{"docker.io/library/python:3.11", Digest::of("i"), Digest::of("m"), Digest::of("c"), {}};
  base.layers = {{"application/vnd.oci.image.layer.v1.tar+gzip", Digest::of("a"), Digest::of("b"), {12}}};
  base.env = {"PATH=/usr/bin:/bin", "EMPTY=", "SAID=\"a, b\" = [c]\\\n\té", "PATH=/twice"};
  lock.platforms[0].base = base;
  lock.platforms[1].base = LockedOciBase{"./base", std::nullopt, Digest::of("m"), Digest::of("c"), {}};
  auto read = read_lock({"env.lock", render(lock)});
  REQUIRE(read.has_value());
  CHECK(*read == lock);
}

TEST_CASE("the variables of an OCI base are one line, and a lock without it has none", "[project][lock]") {
  auto lock = sample_lock();
  LockedOciBase base{"./base", std::nullopt, Digest::of("m"), Digest::of("c"), {}};
  base.env = {"A=1", "B=two words"};
  lock.platforms[0].base = base;
  const auto text = render(lock);
  INFO(text);
  const std::string quoted = "      env: [A=1, \"B=two words\"]\n";
  REQUIRE(text.find(quoted) != std::string::npos);
  const auto without = read_lock({"env.lock", replaced(text, quoted, "")});
  REQUIRE(without.has_value());
  CHECK(std::get<LockedOciBase>(without->platforms[0].base).env.empty());
  for (const std::string broken : {"[A]", "[\"=x\"]", "[\"\"]"}) {
    const auto error = read_error(replaced(text, quoted, "      env: " + broken + "\n"));
    CHECK(error.what.find("NAME=value") != std::string::npos);
  }
  CHECK(read_error(replaced(text, quoted, "      env: A=1\n")).what.find("env") != std::string::npos);
}

TEST_CASE("the order in which packages were found does not change the bytes", "[project][lock]") {
  auto lock = sample_lock();
  const auto text = render(lock);
  auto& platform = lock.platforms[0];
  std::reverse(platform.packages.begin(), platform.packages.end());
  auto& debs = std::get<LockedArchiveBase>(platform.base).debs;
  std::reverse(debs.begin(), debs.end());
  CHECK(render(lock) == text);
}

TEST_CASE("every artifact has a line of its own", "[project][lock]") {
  const auto text = render(sample_lock());
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = text.find('\n', at);
    const auto line = text.substr(at, end - at);
    std::size_t urls = 0;
    for (auto url = line.find("https://files"); url != std::string::npos;
         url = line.find("https://files", url + 1))
      ++urls;
    CHECK(urls <= 1);
    at = end + 1;
  }
  CHECK(text.back() == '\n');
}

TEST_CASE("the header is read without the rest of the lock", "[project][lock]") {
  const auto lock = sample_lock();
  auto text = render(lock);
  text += "this is { not yaml\n";
  const auto header = read_lock_header({"env.lock", text});
  REQUIRE(header.has_value());
  CHECK(header->inputs == lock.inputs);
  CHECK(header->format == kLockFormat);
  CHECK(header->image_format == kImageFormat);
}

TEST_CASE("merge-conflict markers are named with their line and the way out", "[project][lock]") {
  const auto text = replaced(render(sample_lock()), "platforms:\n", "<<<<<<< HEAD\nplatforms:\n");
  const auto error = read_error(text);
  CHECK(error.what.find("merge conflict") != std::string::npos);
  CHECK(error.hints[0].find("env lock") != std::string::npos);
  const auto before = text.substr(0, text.find("<<<<<<<"));
  CHECK(error.place->line == 1 + std::count(before.begin(), before.end(), '\n'));

  const auto header =
      read_lock_header({"env.lock", replaced(render(sample_lock()), "inputs:", "<<<<<<< HEAD\ninputs:")});
  REQUIRE_FALSE(header.has_value());
  CHECK(header.error().what.find("merge conflict") != std::string::npos);
}

TEST_CASE("a lock of a newer format says which version wrote it", "[project][lock]") {
  auto text = replaced(render(sample_lock()), "format: 1", "format: 7\nfuture: {a: b}");
  text = replaced(text, "envtool 0.1.0", "envtool 9.3");
  for (const auto& error : {read_error(text), read_lock_header({"env.lock", text}).error()}) {
    CHECK(error.what.find("envtool 9.3") != std::string::npos);
    CHECK(error.hints[0].find("envtool 9.3") != std::string::npos);
  }
  const auto image = read_error(replaced(render(sample_lock()), "image-format: 1", "image-format: 99"));
  CHECK(image.what.find("image-format 99") != std::string::npos);
}

TEST_CASE("an edited digest is refused with its line", "[project][lock]") {
  const auto text = render(sample_lock());
  const auto hex = sample_artifact("numpy-1.26.4-py3-none-any.whl").sha256.hex();
  const auto error = read_error(replaced(text, hex, hex.substr(1)));
  CHECK(error.what.find("numpy") != std::string::npos);
  const auto before = text.substr(0, text.find(hex));
  CHECK(error.place->line == 1 + std::count(before.begin(), before.end(), '\n'));
  CHECK(read_error(replaced(text, hex, "z" + hex.substr(1))).what.find("not a digest") != std::string::npos);
  CHECK(read_error(replaced(text, "sha256:" + hex, hex)).what.find("not a digest") != std::string::npos);
}

TEST_CASE("a lock that is not what render writes is refused where it departs from it", "[project][lock]") {
  const auto text = render(sample_lock());
  const auto [from, to] = GENERATE(table<std::string, std::string>({
      {"name: numpy", "nome: numpy"},                        // unknown key
      {"name: numpy, ", ""},                                 // missing key
      {"name: numpy", "name: [numpy]"},                      // wrong type
      {"size: 29007", "size: big"},                          // not a number
      {"size: 29007", "size: 99999999999999999999999999"},   // too large
      {"name: numpy", "name: numpy, name: numpy"},           // key twice
      {"name: numpy,", "name: mylib,"},                      // package twice
      {"distribution: debian", "distribution: arch"},        //
      {"platform: linux/amd64", "platform: linux/riscv64"},  //
      {"exclude-newer: \"2026-", "exclude-newer: \"2O26-"},  //
      {"    packages:\n", "    packages: []\n"},             // a list under a value
      {"    packages:\n", "     packages:\n"},               // indentation
      {"setup:\n", "setup: {}\n"},                           //
      {"    packages:\n", "\tpackages:\n"},                  // tab
      {"tool: \"envtool 0.1.0\"", "tool: \"envtool 0.1.0"},  // quote not closed
      {"gpu: {", "gpu: {{"},                                 //
      {"image-format: 1\n", ""},                             //
      {"inputs: sha256", "inputs: sha512"},                  //
  }));
  INFO(from << " -> " << to);
  const auto error = read_error(replaced(text, from, to));
  CHECK(error.place->line > 1);
}

TEST_CASE("a lock cut short anywhere is read or refused, never worse", "[project][lock]") {
  const auto text = render(sample_lock());
  for (std::size_t size = 0; size < text.size(); size += 7) {
    const auto lock = read_lock({"env.lock", text.substr(0, size)});
    if (!lock) CHECK(lock.error().code == Code::bad_input);
    if (lock) CHECK(lock->platforms.size() <= 2);
  }
}

TEST_CASE("nesting without end is refused", "[project][lock]") {
  const auto error = read_error("a: " + std::string(100000, '['));
  CHECK(error.what.find("deep") != std::string::npos);
}

TEST_CASE("a lock with Windows line ends reads the same", "[project][lock]") {
  std::string text;
  for (const char c : render(sample_lock())) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  auto lock = read_lock({"env.lock", text});
  INFO((lock ? "" : lock.error().what));
  REQUIRE(lock.has_value());
  CHECK(*lock == sample_lock());
}
