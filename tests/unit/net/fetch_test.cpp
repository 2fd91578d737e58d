#include <catch2/catch.hpp>

#include "envtool/net/client.hpp"
#include "tests/doubles/http_server.hpp"
#include "tests/unit/net/quick.hpp"

using namespace envtool;
using namespace envtool::net;
using doubles::HttpAnswer;
using doubles::HttpServer;

TEST_CASE("a body, its status and its headers arrive", "[net]") {
  HttpServer server;
  server.on("/simple/",
            HttpAnswer{.body = "hello", .headers = {{"Content-Type", "text/html"}}, .cut_after = {}});
  Client client(quick());
  const auto answer = client.fetch(get(server.url("/simple/")));
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(answer->body == "hello");
  CHECK(answer->header("content-type") == "text/html");
  CHECK(answer->final_url.path == "/simple/");
}
