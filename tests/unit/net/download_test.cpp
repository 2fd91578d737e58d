#include <fcntl.h>
#include <sys/file.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "envtool/support/files.hpp"
#include "tests/unit/net/quick.hpp"

using namespace envtool;
using namespace envtool::net;
using doubles::HttpAnswer;
using doubles::HttpServer;

namespace {

const std::string kBytes = noise(900'000);

struct Fixture {
  HttpServer server;
  TemporaryFolder folder;
  Options options = quick();
  std::uint64_t counted = 0;

  Download download(const std::vector<std::string>& paths) {
    Download out;
    for (const auto& path : paths) out.sources.push_back(Url::parse(server.url(path)).value());
    out.to = folder / "pkg.whl";
    out.sha256 = Digest::of(kBytes);
    out.size = ByteCount{kBytes.size()};
    out.on_bytes = [this](std::uint64_t bytes) { counted += bytes; };
    return out;
  }
  Result<void> run(const Download& what) { return Client(options).download(what); }
  std::string got() { return read_file(folder / "pkg.whl").value_or("nothing"); }
  void leave_part(const std::string& bytes) { std::ofstream(folder / "pkg.whl.part") << bytes; }
  bool part_is_there() { return std::filesystem::exists(folder / "pkg.whl.part"); }
};

}  // namespace

TEST_CASE("a download is verified and in place, with nothing beside it", "[net]") {
  Fixture f;
  f.server.serve("/a", kBytes);
  REQUIRE(f.run(f.download({"/a"})));
  CHECK(f.got() == kBytes);
  CHECK_FALSE(f.part_is_there());
  CHECK(f.counted == kBytes.size());
  CHECK(f.server.requests().at(0).header("accept-encoding") == "identity");
}

TEST_CASE("an empty file and a file of unknown size arrive", "[net]") {
  Fixture f;
  f.server.serve("/empty", "");
  auto empty = f.download({"/empty"});
  empty.sha256 = Digest::of("");
  empty.size = ByteCount{0};
  REQUIRE(f.run(empty));
  CHECK(f.got().empty());
  f.server.serve("/a", kBytes);
  auto unsized = f.download({"/a"});
  unsized.size.reset();
  REQUIRE(f.run(unsized));
  CHECK(f.got() == kBytes);
}

TEST_CASE("what a dead process left is continued", "[net]") {
  Fixture f;
  f.server.serve("/a", kBytes);
  f.leave_part(kBytes.substr(0, 500'000));
  auto download = f.download({"/a"});
  if (GENERATE(false, true)) download.size.reset();
  REQUIRE(f.run(download));
  CHECK(f.got() == kBytes);
  CHECK(f.server.requests().size() == 1);
  CHECK(f.server.requests().at(0).header("range").starts_with("bytes=500000-"));
  CHECK(f.counted == kBytes.size());
}

TEST_CASE("a part file that is whole already needs no request", "[net]") {
  Fixture f;
  f.leave_part(kBytes);
  REQUIRE(f.run(f.download({"/a"})));
  CHECK(f.got() == kBytes);
  CHECK(f.server.requests().empty());
}

TEST_CASE("a wrong part file is thrown away once", "[net]") {
  Fixture f;
  f.server.serve("/a", kBytes);
  std::size_t requests = 2;
  SECTION("wrong bytes") { f.leave_part(std::string(500'000, 'x')); }
  SECTION("all of the size, wrong bytes") {
    f.leave_part(std::string(kBytes.size(), 'x'));
    requests = 1;
  }
  SECTION("too long") {
    f.leave_part(kBytes + "more");
    requests = 1;
  }
  REQUIRE(f.run(f.download({"/a"})));
  CHECK(f.got() == kBytes);
  CHECK(f.server.requests().size() == requests);
}

TEST_CASE("a part file longer than a file of unknown size starts again", "[net]") {
  Fixture f;
  f.server.serve("/a", kBytes);
  f.leave_part(kBytes + "more");
  auto download = f.download({"/a"});
  download.size.reset();
  REQUIRE(f.run(download));
  CHECK(f.got() == kBytes);
}

TEST_CASE("a server that ignores ranges sends the file from the start", "[net]") {
  Fixture f;
  f.server.on("/a", text(200, kBytes));
  f.leave_part(std::string(500'000, 'x'));
  REQUIRE(f.run(f.download({"/a"})));
  CHECK(f.got() == kBytes);
  CHECK(f.server.requests().size() == 1);
}

TEST_CASE("a wrong Content-Range is not appended", "[net]") {
  Fixture f;
  auto wrong = text(206, kBytes.substr(0, 400'000));
  wrong.headers = {{"Content-Range", "bytes 0-399999/900000"}};
  f.server.on("/a", {wrong, text(200, kBytes)});
  f.leave_part(kBytes.substr(0, 500'000));
  REQUIRE(f.run(f.download({"/a"})));
  CHECK(f.got() == kBytes);
}

TEST_CASE("a connection that breaks again and again is continued where it broke", "[net]") {
  Fixture f;
  int requests = 0;
  f.server.otherwise([&](const doubles::HttpRequest& request) {
    ++requests;
    const auto range = request.header("range");
    const std::size_t from = range.empty() ? 0 : std::stoul(range.substr(6));
    HttpAnswer answer = text(from == 0 ? 200 : 206, kBytes.substr(from));
    answer.headers = {{"ETag", "\"v1\""}};
    if (from > 0)
      answer.headers.emplace_back("Content-Range", "bytes " + std::to_string(from) + "-899999/900000");
    answer.cut_after = 100'000;
    answer.reset = requests % 2 == 0;
    return answer;
  });
  REQUIRE(f.run(f.download({"/a"})));
  CHECK(f.got() == kBytes);
  CHECK(requests >= 9);
  CHECK(f.server.requests().at(1).header("if-range") == "\"v1\"");
}

TEST_CASE("a wrong digest is fatal, names both and removes what came", "[net]") {
  Fixture f;
  std::string other = kBytes;
  other.back() ^= 1;
  f.server.serve("/a", other);
  const auto result = f.run(f.download({"/a"}));
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::digest_mismatch);
  CHECK(mentions(result.error().what, "pkg.whl"));
  CHECK(mentions(result.error().what, Digest::of(kBytes).hex()));
  CHECK(mentions(result.error().what, Digest::of(other).hex()));
  CHECK(f.server.requests().size() == 1);
  CHECK(f.folder.empty());
}

TEST_CASE("a wrong size stops early", "[net]") {
  Fixture f;
  SECTION("when the head says so") { f.server.on("/a", text(200, "<html>log in</html>")); }
  SECTION("when more comes than is pinned") {
    auto flood = text(200, kBytes);
    flood.endless = true;
    f.server.on("/a", flood);
  }
  SECTION("when less comes than is pinned") {
    auto little = text(200, kBytes.substr(0, 1000));
    little.framing = HttpAnswer::Framing::until_close;
    f.server.on("/a", little);
  }
  const auto result = f.run(f.download({"/a"}));
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::digest_mismatch);
  CHECK(mentions(result.error().what, "900000"));
  CHECK(f.folder.empty());
}

TEST_CASE("the next source is tried, whatever was wrong with the first", "[net]") {
  Fixture f;
  f.server.serve("/good", kBytes);
  SECTION("it is missing") {}
  SECTION("it is in trouble") { f.server.on("/bad", text(503, "")); }
  SECTION("it has another file of the size") { f.server.serve("/bad", std::string(kBytes.size(), 'x')); }
  SECTION("it has another size") { f.server.serve("/bad", "short"); }
  SECTION("it breaks half way") {
    auto cut = text(200, kBytes);
    cut.cut_after = 100'000;
    f.server.on("/bad", {cut, text(404, "")});
  }
  REQUIRE(f.run(f.download({"/bad", "/good"})));
  CHECK(f.got() == kBytes);
}

TEST_CASE("when no source has it, a wrong digest is told before a missing file", "[net]") {
  Fixture f;
  f.server.serve("/wrong", std::string(kBytes.size(), 'x'));
  const auto result = f.run(f.download({"/wrong", "/missing"}));
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::digest_mismatch);
  CHECK(mentions(result.error().hints, "/missing"));
}

TEST_CASE("a missing file is not_found and leaves nothing", "[net]") {
  Fixture f;
  const auto result = f.run(f.download({"/missing"}));
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::not_found);
  CHECK(f.folder.empty());
}

TEST_CASE("what came before the network failed is kept for the next time", "[net]") {
  Fixture f;
  auto cut = text(200, kBytes);
  cut.cut_after = 300'000;
  f.server.on("/a", {cut, text(404, "")});
  REQUIRE_FALSE(f.run(f.download({"/a"})));
  CHECK(std::filesystem::file_size(f.folder / "pkg.whl.part") == 300'000);
}

TEST_CASE("a stop keeps the part file and lets go of it", "[net]") {
  Fixture f;
  auto slow = text(200, kBytes);
  slow.drip = std::chrono::milliseconds(20);
  f.server.on("/a", slow);
  std::stop_source stop;
  Client client(f.options);
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    stop.request_stop();
  });
  const auto start = std::chrono::steady_clock::now();
  const auto result = client.download(f.download({"/a"}), stop.get_token());
  stopper.join();
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::cancelled);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::milliseconds(600));
  CHECK(f.part_is_there());
  const int fd = ::open((f.folder / "pkg.whl.part").c_str(), O_RDWR);
  CHECK(::flock(fd, LOCK_EX | LOCK_NB) == 0);
  ::close(fd);
}

TEST_CASE("two downloads of one file do the work once", "[net]") {
  Fixture f;
  auto answer = text(200, kBytes);
  answer.delay = std::chrono::milliseconds(200);
  f.server.on("/a", answer);
  Client first(f.options), second(f.options);
  Result<void> one, two;
  std::thread other([&] { one = first.download(f.download({"/a"})); });
  two = second.download(f.download({"/a"}));
  other.join();
  CHECK(one);
  CHECK(two);
  CHECK(f.got() == kBytes);
  CHECK(f.server.requests().size() == 1);
}

TEST_CASE("a place that cannot be written is an io error before any request", "[net]") {
  Fixture f;
  f.server.serve("/a", kBytes);
  auto download = f.download({"/a"});
  download.to = "/dev/null/pkg.whl";
  const auto result = f.run(download);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::io);
  CHECK(f.server.requests().empty());
}
