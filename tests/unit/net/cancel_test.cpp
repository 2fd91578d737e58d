#include <catch2/catch.hpp>
#include <latch>

#include "tests/unit/net/quick.hpp"

using namespace envtool;
using namespace envtool::net;
using doubles::HttpAnswer;
using doubles::HttpServer;
using Clock = std::chrono::steady_clock;

namespace {
HttpAnswer slow() {
  auto answer = text(200, std::string(100'000, 'z'));
  answer.drip = std::chrono::milliseconds(20);
  return answer;
}
}  // namespace

TEST_CASE("a stop ends a request within a tenth of a second", "[net]") {
  HttpServer server;
  auto late = text(200, "late");
  late.delay = std::chrono::seconds(5);
  server.on("/", GENERATE_COPY(slow(), late));
  Client client(quick());
  std::stop_source stop;
  Clock::time_point stopped;
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    stopped = Clock::now();
    stop.request_stop();
  });
  const auto answer = client.fetch(get(server.url("/")), stop.get_token());
  const auto took = Clock::now() - stopped;
  stopper.join();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::cancelled);
  CHECK(took < std::chrono::milliseconds(100));
}

TEST_CASE("a stop ends a wait for the next attempt", "[net]") {
  HttpServer server;
  server.on("/", text(500, ""));
  auto options = quick();
  options.first_backoff = std::chrono::seconds(20);
  Client client(options);
  std::stop_source stop;
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    stop.request_stop();
  });
  const auto start = Clock::now();
  const auto answer = client.fetch(get(server.url("/")), stop.get_token());
  stopper.join();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::cancelled);
  CHECK(Clock::now() - start < std::chrono::seconds(2));
}

TEST_CASE("a stop that came before the start is honoured", "[net]") {
  HttpServer server;
  server.on("/", text(200, ""));
  Client client(quick());
  std::stop_source stop;
  stop.request_stop();
  CHECK(client.fetch(get(server.url("/")), stop.get_token()).error().code == Code::cancelled);
  CHECK(server.requests().empty());
}

TEST_CASE("destroying the client answers everything that is under way, once", "[net]") {
  HttpServer server;
  server.on("/", slow());
  const TemporaryFolder folder;
  std::atomic<int> cancelled = 0, answers = 0;
  const auto count = [&](const auto& answer) {
    ++answers;
    if (!answer && answer.error().code == Code::cancelled) ++cancelled;
  };
  auto client = std::make_unique<Client>(quick());
  for (int i = 0; i < 40; ++i) client->start(get(server.url("/")), [&](Result<Response> a) { count(a); });
  Download download;
  download.sources = {Url::parse(server.url("/")).value()};
  download.to = folder / "file";
  client->start(download, [&](Result<void> a) { count(a); });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const auto start = Clock::now();
  client.reset();
  CHECK(Clock::now() - start < std::chrono::milliseconds(500));
  CHECK(answers == 41);
  CHECK(cancelled == 41);
}

TEST_CASE("stops from many threads at once end every request once", "[net]") {
  HttpServer server;
  server.on("/", slow());
  Client client(quick());
  std::atomic<int> answers = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 10; ++j) {
        std::stop_source stop;
        std::latch done(1);
        client.start(
            get(server.url("/")),
            [&](Result<Response>) {
              ++answers;
              done.count_down();
            },
            stop.get_token());
        stop.request_stop();
        done.wait();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(answers == 80);
}
