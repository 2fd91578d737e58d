#include <catch2/catch.hpp>
#include <fstream>
#include <latch>

#include "tests/unit/net/quick.hpp"

using namespace envtool;
using namespace envtool::net;
using doubles::HttpAnswer;
using doubles::HttpServer;

TEST_CASE("a body, its status and its headers arrive", "[net]") {
  HttpServer server;
  auto page = text(200, "hello");
  page.headers = {{"Content-Type", "text/html"}};
  server.on("/simple/", page);
  Client client(quick());
  const auto answer = client.fetch(get(server.url("/simple/")));
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(answer->body == "hello");
  CHECK(answer->header("content-type") == "text/html");
  CHECK_FALSE(answer->header("etag"));
  CHECK(answer->final_url.path == "/simple/");
}

TEST_CASE("a chunked body and one that ends with the connection arrive whole", "[net]") {
  HttpServer server;
  auto answer = text(200, noise(5000));
  answer.framing = GENERATE(HttpAnswer::Framing::chunked, HttpAnswer::Framing::until_close);
  server.on("/", answer);
  Client client(quick());
  CHECK(client.fetch(get(server.url("/")))->body == answer.body);
}

TEST_CASE("a POST carries its body and its headers, and no Expect", "[net]") {
  HttpServer server;
  server.on("/upload", text(201, ""));
  Client client(quick());
  auto request = get(server.url("/upload"));
  request.method = "POST";
  request.body = "{}";
  request.headers = {{"Content-Type", "application/json"}};
  CHECK(client.fetch(request)->status == 201);
  const auto seen = server.requests().at(0);
  CHECK(seen.method == "POST");
  CHECK(seen.body == "{}");
  CHECK(seen.header("content-type") == "application/json");
  CHECK(seen.header("expect").empty());
  request.method = "PUT";
  CHECK(client.fetch(request)->status == 201);
  CHECK(server.requests().at(1).method == "PUT");
  CHECK(server.requests().at(1).body == "{}");
}

TEST_CASE("a HEAD has headers and no body", "[net]") {
  HttpServer server;
  server.serve("/file.whl", noise(1000));
  Client client(quick());
  auto request = get(server.url("/file.whl"));
  request.method = "HEAD";
  request.limit = ByteCount{10};
  const auto answer = client.fetch(request);
  REQUIRE(answer);
  CHECK(answer->header("content-length") == "1000");
  CHECK(answer->body.empty());
}

TEST_CASE("a sink gets the bytes in order and the body stays empty", "[net]") {
  HttpServer server;
  const std::string bytes = noise(700'000);
  server.serve("/big", bytes);
  Client client(quick());
  std::string got;
  auto request = get(server.url("/big"));
  request.sink = [&](std::string_view piece) -> Result<void> {
    got += piece;
    return {};
  };
  const auto answer = client.fetch(request);
  REQUIRE(answer);
  CHECK(answer->body.empty());
  CHECK(got == bytes);
}

TEST_CASE("a sink's error ends the request with that error", "[net]") {
  HttpServer server;
  server.serve("/big", noise(700'000));
  Client client(quick());
  auto request = get(server.url("/big"));
  request.sink = [](std::string_view) -> Result<void> { return fail(Code::io, "no room"); };
  const auto answer = client.fetch(request);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::io);
  CHECK(answer.error().what == "no room");
  CHECK(server.hits("/big") == 1);
}

TEST_CASE("many requests share few connections", "[net]") {
  HttpServer server;
  server.on("/", text(200, "x"));
  auto options = quick();
  options.connections = 4;
  Client client(options);
  std::latch done(200);
  std::atomic<int> good = 0;
  for (int i = 0; i < 200; ++i) {
    client.start(get(server.url("/")), [&](Result<Response> answer) {
      if (answer) ++good;
      done.count_down();
    });
  }
  done.wait();
  CHECK(good == 200);
  CHECK(server.connections() <= 4);
}

TEST_CASE("an answer's callback may start further requests, but not wait for them", "[net]") {
  HttpServer server;
  server.on("/", text(200, "x"));
  Client client(quick());
  std::latch done(2);
  std::optional<Code> waited;
  client.start(get(server.url("/")), [&](Result<Response>) {
    client.start(get(server.url("/")), [&](Result<Response>) { done.count_down(); });
    waited = client.fetch(get(server.url("/"))).error().code;
    done.count_down();
  });
  done.wait();
  CHECK(waited == Code::internal);
}

TEST_CASE("a proxy of the environment is used, and its refusal is named", "[net]") {
  HttpServer proxy;
  proxy.on("http://index.example/simple/", {text(200, "through the proxy"), text(407, "")});
  const Variable lower("http_proxy", proxy.url(""));
  const Variable none("no_proxy", "");
  Client client(quick());
  CHECK(client.fetch(get("http://index.example/simple/"))->body == "through the proxy");
  const auto refused = client.fetch(get("http://index.example/simple/"));
  REQUIRE_FALSE(refused);
  CHECK(mentions(refused.error().what, "proxy"));
  CHECK(mentions(refused.error().hints, "https_proxy"));
}

TEST_CASE("a login for the host comes from the netrc file", "[net]") {
  HttpServer server;
  server.on("/", text(200, ""));
  const TemporaryFolder folder;
  std::ofstream(folder / "netrc") << "machine 127.0.0.1 login ann password sesame\n";
  const Variable netrc("NETRC", (folder / "netrc").native());
  auto options = quick();
  options.use_netrc = true;
  Client client(options);
  REQUIRE(client.fetch(get(server.url("/"))));
  CHECK(server.requests().at(0).header("authorization") == "Basic YW5uOnNlc2FtZQ==");
}
