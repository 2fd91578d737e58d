#include <sys/socket.h>

#include <catch2/catch.hpp>

#include "tests/unit/net/quick.hpp"

using namespace envtool;
using namespace envtool::net;
using doubles::HttpAnswer;
using doubles::HttpServer;

namespace {
double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}
}  // namespace

TEST_CASE("404 is not_found at once", "[net]") {
  HttpServer server;
  Client client(quick());
  const auto answer = client.fetch(get(server.url("/missing")));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::not_found);
  CHECK(mentions(answer.error().what, server.url("/missing")));
  CHECK(server.hits("/missing") == 1);
}

TEST_CASE("500 and then fine is fine", "[net]") {
  HttpServer server;
  const int status = GENERATE(408, 425, 429, 500, 502, 503, 504);
  server.on("/", {text(status, ""), text(status, ""), text(200, "fine")});
  Client client(quick());
  CHECK(client.fetch(get(server.url("/")))->body == "fine");
  CHECK(server.hits("/") == 3);
}

TEST_CASE("500 for ever is an error after the attempts that were allowed", "[net]") {
  HttpServer server;
  server.on("/", text(500, ""));
  Client client(quick());
  const auto answer = client.fetch(get(server.url("/")));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::network);
  CHECK(mentions(answer.error().what, "500"));
  CHECK(server.hits("/") == 4);
}

TEST_CASE("a request that may not be repeated is not", "[net]") {
  HttpServer server;
  server.on("/", text(503, ""));
  Client client(quick());
  auto request = get(server.url("/"));
  request.retry = false;
  CHECK_FALSE(client.fetch(request));
  CHECK(server.hits("/") == 1);
}

TEST_CASE("an error status is an answer for who asks so, with its body", "[net]") {
  HttpServer server;
  server.on("/", text(403, R"({"errors":[]})"));
  Client client(quick());
  auto request = get(server.url("/"));
  request.allow_error_status = true;
  request.sink = [](std::string_view) -> Result<void> { return fail(Code::internal, "not for the sink"); };
  const auto answer = client.fetch(request);
  REQUIRE(answer);
  CHECK(answer->status == 403);
  CHECK(answer->body == R"({"errors":[]})");
}

TEST_CASE("Retry-After is waited for", "[net]") {
  HttpServer server;
  auto busy = text(429, "");
  busy.headers = {{"Retry-After", "1"}};
  server.on("/", {busy, text(200, "fine")});
  Client client(quick());
  const double took = seconds_of([&] { CHECK(client.fetch(get(server.url("/")))); });
  CHECK(took >= 0.95);
  CHECK(took < 3);
}

TEST_CASE("a server that asks to wait for an hour is not waited for", "[net]") {
  HttpServer server;
  auto busy = text(503, "");
  busy.headers = {{"Retry-After", "3600"}};
  server.on("/", {busy, text(200, "fine")});
  Client client(quick());
  CHECK_FALSE(client.fetch(get(server.url("/"))));
  CHECK(server.hits("/") == 1);
}

TEST_CASE("a truncated body is asked for again", "[net]") {
  HttpServer server;
  auto cut = text(200, noise(5000));
  cut.framing = GENERATE(HttpAnswer::Framing::length, HttpAnswer::Framing::chunked);
  cut.cut_after = 1234;
  cut.reset = GENERATE(false, true);
  auto whole = text(200, cut.body);
  SECTION("and then comes whole") {
    server.on("/", {cut, whole});
    Client client(quick());
    CHECK(client.fetch(get(server.url("/")))->body == cut.body);
  }
  SECTION("and is named when it never comes whole") {
    server.on("/", cut);
    Client client(quick());
    const auto answer = client.fetch(get(server.url("/")));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == Code::network);
    CHECK(server.hits("/") == 4);
  }
}

TEST_CASE("what a sink already has is not sent to it twice", "[net]") {
  HttpServer server;
  auto cut = text(200, noise(5000));
  cut.cut_after = 1234;
  server.on("/", cut);
  Client client(quick());
  std::size_t got = 0;
  auto request = get(server.url("/"));
  request.sink = [&](std::string_view piece) -> Result<void> {
    got += piece.size();
    return {};
  };
  const auto answer = client.fetch(request);
  REQUIRE_FALSE(answer);
  CHECK(mentions(answer.error().what, "ended too early"));
  CHECK(got == 1234);
  CHECK(server.hits("/") == 1);
}

TEST_CASE("a closed connection without an answer is asked again", "[net]") {
  HttpServer server;
  HttpAnswer silent;
  silent.silent = true;
  server.on("/", {silent, text(200, "fine")});
  Client client(quick());
  CHECK(client.fetch(get(server.url("/")))->body == "fine");
}

TEST_CASE("an endless body ends at the limit", "[net]") {
  HttpServer server;
  auto flood = text(200, std::string(65536, 'x'));
  flood.endless = true;
  server.on("/", flood);
  Client client(quick());
  auto request = get(server.url("/"));
  request.limit = 1_MiB;
  const auto answer = client.fetch(request);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::network);
  CHECK(mentions(answer.error().what, "endless"));
  CHECK(server.hits("/") == 1);
}

TEST_CASE("a body announced larger than the limit is not begun", "[net]") {
  HttpServer server;
  server.serve("/", noise(5000));
  Client client(quick());
  auto request = get(server.url("/"));
  request.limit = ByteCount{100};
  const auto answer = client.fetch(request);
  REQUIRE_FALSE(answer);
  CHECK(mentions(answer.error().what, "larger than expected"));
}

TEST_CASE("endless headers end", "[net]") {
  HttpServer server;
  auto answer = text(200, "");
  for (int i = 0; i < 400; ++i) answer.headers.emplace_back("X-Fill", std::string(1000, 'y'));
  server.on("/", answer);
  Client client(quick());
  CHECK_FALSE(client.fetch(get(server.url("/"))));
  CHECK(server.hits("/") == 1);
}

TEST_CASE("a slow loris is given up", "[net]") {
  HttpServer server;
  auto slow = text(200, std::string(100'000, 'z'));
  slow.drip = std::chrono::milliseconds(20);
  server.on("/", slow);
  auto options = quick();
  options.stall_timeout = std::chrono::milliseconds(300);
  options.attempts = 2;
  Client client(options);
  Result<Response> answer = fail(Code::internal, "");
  const double took = seconds_of([&] { answer = client.fetch(get(server.url("/"))); });
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::network);
  CHECK(mentions(answer.error().what, "stalled"));
  CHECK(server.hits("/") == 2);
  CHECK(took < 3);
}

TEST_CASE("a refused connection names the host", "[net]") {
  int port = 0;
  {
    const HttpServer gone;
    port = gone.port();
  }
  Client client(quick());
  const auto answer = client.fetch(get("http://127.0.0.1:" + std::to_string(port) + "/"));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::network);
  CHECK(mentions(answer.error().what, "127.0.0.1:" + std::to_string(port)));
  CHECK(mentions(answer.error().what, "refused"));
  CHECK(mentions(answer.error().hints, "proxy"));
}

TEST_CASE("an unknown host is named", "[net]") {
  auto options = quick();
  options.attempts = 1;
  Client client(options);
  // RFC 6761 §6.4: never a real name.
  const auto answer = client.fetch(get("http://nowhere.invalid/"));
  REQUIRE_FALSE(answer);
  CHECK(mentions(answer.error().what, "nowhere.invalid"));
}

TEST_CASE("logins are never printed", "[net]") {
  HttpServer server;
  server.on("/x", text(500, ""));
  auto options = quick();
  options.attempts = 1;
  Client client(options);
  auto request = get(server.url("/x"));
  request.url.userinfo = "ann:sesame";
  const auto answer = client.fetch(request);
  REQUIRE_FALSE(answer);
  CHECK_FALSE(mentions(answer.error().what, "sesame"));
  CHECK_FALSE(mentions(answer.error().hints, "sesame"));
}

TEST_CASE("other schemes are refused", "[net]") {
  Client client(quick());
  const auto answer = client.fetch(get("file:///etc/passwd"));
  REQUIRE_FALSE(answer);
  CHECK(mentions(answer.error().hints, "https://"));
}
