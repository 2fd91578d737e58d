#include <catch2/catch.hpp>

#include "envtool/net/content_range.hpp"
#include "tests/unit/net/quick.hpp"

using namespace envtool;
using namespace envtool::net;
using doubles::HttpAnswer;
using doubles::HttpServer;

namespace {
Request ranged(const std::string& url, std::uint64_t first, std::uint64_t last) {
  auto request = get(url);
  request.range = {first, last};
  return request;
}
HttpAnswer partial(std::string body, const std::string& content_range) {
  auto answer = text(206, std::move(body));
  answer.headers = {{"Content-Range", content_range}};
  return answer;
}
}  // namespace

TEST_CASE("a byte range arrives, uncompressed", "[net]") {
  HttpServer server;
  const auto bytes = noise(1000);
  server.serve("/w.whl", bytes);
  Client client(quick());
  const auto answer = client.fetch(ranged(server.url("/w.whl"), 100, 199));
  REQUIRE(answer);
  CHECK(answer->status == 206);
  CHECK(answer->body == bytes.substr(100, 100));
  CHECK(server.requests().at(0).header("range") == "bytes=100-199");
  CHECK(server.requests().at(0).header("accept-encoding").empty());
}

TEST_CASE("a range that reaches past the end gives what there is", "[net]") {
  HttpServer server;
  const auto bytes = noise(1000);
  server.serve("/w.whl", bytes);
  Client client(quick());
  CHECK(client.fetch(ranged(server.url("/w.whl"), 900, 5000))->body == bytes.substr(900));
}

TEST_CASE("a range past the end is an error with its status", "[net]") {
  HttpServer server;
  server.serve("/w.whl", noise(10));
  Client client(quick());
  const auto answer = client.fetch(ranged(server.url("/w.whl"), 900, 5000));
  REQUIRE_FALSE(answer);
  CHECK(mentions(answer.error().what, "416"));
}

TEST_CASE("the whole file in answer to a range is unsupported, unless the range covers it", "[net]") {
  HttpServer server;
  server.on("/w.whl", text(200, noise(1000)));
  Client client(quick());
  const auto answer = client.fetch(ranged(server.url("/w.whl"), 100, 199));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::unsupported);
  CHECK(client.fetch(ranged(server.url("/w.whl"), 0, 499)).error().code == Code::unsupported);
  const auto all = client.fetch(ranged(server.url("/w.whl"), 0, 999));
  REQUIRE(all);
  CHECK(all->body.size() == 1000);
}

TEST_CASE("a Content-Range that does not fit is refused", "[net]") {
  HttpServer server;
  const std::string field = GENERATE("bytes 0-99/1000", "bytes 100-299/1000", "bytes 199-100/1000", "rubbish",
                                     "", "bytes 100-199/150", "lines 100-199/1000");
  server.on("/w.whl", partial(noise(100), field));
  Client client(quick());
  const auto answer = client.fetch(ranged(server.url("/w.whl"), 100, 199));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::unsupported);
  CHECK(server.hits("/w.whl") == 1);
}

TEST_CASE("fewer bytes than Content-Range says are an error", "[net]") {
  HttpServer server;
  server.on("/w.whl", partial(noise(50), "bytes 100-199/1000"));
  Client client(quick());
  const auto answer = client.fetch(ranged(server.url("/w.whl"), 100, 199));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::network);
}

TEST_CASE("a compressed byte range is unsupported", "[net]") {
  HttpServer server;
  auto answer = partial(noise(100), "bytes 100-199/1000");
  answer.headers.emplace_back("Content-Encoding", "gzip");
  server.on("/w.whl", answer);
  Client client(quick());
  const auto got = client.fetch(ranged(server.url("/w.whl"), 100, 199));
  REQUIRE_FALSE(got);
  CHECK(got.error().code == Code::unsupported);
}

TEST_CASE("Content-Range is read strictly", "[net]") {
  CHECK(parse_content_range("bytes 0-499/1234") == ContentRange{0, 499, 1234});
  CHECK(parse_content_range("Bytes 0-0/*") == ContentRange{0, 0, std::nullopt});
  for (const auto* bad : {"bytes */1234", "bytes 0-/5", "bytes -5/5", "bytes 5-4/10", "bytes 0-10/10",
                          "bytes", "bytes 0-1", "bytes 0x0-1/2", "bytes 99999999999999999999999-1/2"})
    CHECK_FALSE(parse_content_range(bad));
}
