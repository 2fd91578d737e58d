#include <catch2/catch.hpp>

#include "envtool/support/files.hpp"
#include "tests/unit/net/quick.hpp"

using namespace envtool;
using namespace envtool::net;
using doubles::HttpAnswer;
using doubles::HttpServer;

namespace {
HttpAnswer redirect(const std::string& to) {
  HttpAnswer answer = text(302, "moved");
  answer.headers = {{"Location", to}};
  return answer;
}
}  // namespace

TEST_CASE("a redirect is followed and the final address is told", "[net]") {
  HttpServer server;
  server.on("/old", redirect("/new"));
  server.on("/new", text(200, "here"));
  Client client(quick());
  const auto answer = client.fetch(get(server.url("/old")));
  REQUIRE(answer);
  CHECK(answer->body == "here");
  CHECK(answer->final_url.path == "/new");
}

TEST_CASE("a login stays with its host when a redirect leads to another one", "[net]") {
  HttpServer origin, other;
  other.on("/file", text(200, "bytes"));
  Client client(quick());
  auto request = get(origin.url("/file"));
  SECTION("a login in the address") { request.url.userinfo = "ann:sesame"; }
  SECTION("an Authorization header") { request.headers = {{"Authorization", "Bearer secret"}}; }
  SECTION("to another name, the same port") {
    request.headers = {{"Authorization", "Bearer secret"}};
    origin.on("/elsewhere", text(200, "bytes"));
    origin.on("/file", redirect(origin.url("/elsewhere", "localhost")));
    REQUIRE(client.fetch(request));
    CHECK_FALSE(origin.requests().at(0).header("authorization").empty());
    CHECK(origin.requests().at(1).header("authorization").empty());
    return;
  }
  origin.on("/file", redirect(other.url("/file")));
  REQUIRE(client.fetch(request));
  CHECK_FALSE(origin.requests().at(0).header("authorization").empty());
  CHECK(other.requests().at(0).header("authorization").empty());
}

TEST_CASE("a circle of redirects ends after ten", "[net]") {
  HttpServer server;
  server.on("/", redirect("/"));
  Client client(quick());
  const auto answer = client.fetch(get(server.url("/")));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::network);
  CHECK(mentions(answer.error().what, "more than 10"));
  CHECK(server.hits("/") == 11);
}

TEST_CASE("https never continues as http", "[net]") {
  const auto identity = doubles::TlsIdentity::make();
  HttpServer plain, secure(identity);
  plain.on("/", text(200, "plain"));
  secure.on("/", redirect(plain.url("/")));
  const TemporaryFolder folder;
  REQUIRE(write_atomic(folder / "ca.pem", identity.certificate));
  auto options = quick();
  options.ca_bundle = folder / "ca.pem";
  Client client(options);
  const auto answer = client.fetch(get(secure.url("/")));
  REQUIRE_FALSE(answer);
  CHECK(mentions(answer.error().hints, "never continues as http"));
  CHECK(plain.requests().empty());
}

TEST_CASE("a redirect to a file of this machine is refused", "[net]") {
  HttpServer server;
  server.on("/", redirect("file:///etc/passwd"));
  Client client(quick());
  CHECK_FALSE(client.fetch(get(server.url("/"))));
}
