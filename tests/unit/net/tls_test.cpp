#include <catch2/catch.hpp>

#include "envtool/support/files.hpp"
#include "tests/unit/net/quick.hpp"

using namespace envtool;
using namespace envtool::net;
using doubles::HttpServer;

TEST_CASE("an untrusted certificate names CURL_CA_BUNDLE and SSL_CERT_FILE", "[net]") {
  const auto identity = doubles::TlsIdentity::make(), stranger = doubles::TlsIdentity::make();
  HttpServer server(identity);
  server.on("/", text(200, "secret"));
  const TemporaryFolder folder;
  REQUIRE(write_atomic(folder / "other.pem", stranger.certificate));
  auto options = quick();
  options.ca_bundle = folder / "other.pem";
  Client client(options);
  const auto answer = client.fetch(get(server.url("/")));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::network);
  CHECK(mentions(answer.error().what, "not trusted"));
  CHECK(mentions(answer.error().hints, "CURL_CA_BUNDLE"));
  CHECK(mentions(answer.error().hints, "SSL_CERT_FILE"));
  CHECK(mentions(answer.error().hints, (folder / "other.pem").native()));
  CHECK(server.requests().empty());
  CHECK(server.connections() == 1);  // nothing to gain from asking again
}

TEST_CASE("a certificate in the bundle that the environment names is trusted", "[net]") {
  const auto identity = doubles::TlsIdentity::make();
  HttpServer server(identity);
  server.on("/", text(200, "secret"));
  const TemporaryFolder folder;
  REQUIRE(write_atomic(folder / "ca.pem", identity.certificate));
  const std::string file = (folder / "ca.pem").native();
  SECTION("CURL_CA_BUNDLE") {
    const Variable ours("CURL_CA_BUNDLE", file);
    Client client(quick());
    CHECK(client.fetch(get(server.url("/", "localhost")))->body == "secret");
  }
  SECTION("SSL_CERT_FILE") {
    const Variable empty("CURL_CA_BUNDLE", "");
    const Variable ours("SSL_CERT_FILE", file);
    Client client(quick());
    CHECK(client.fetch(get(server.url("/")))->body == "secret");
  }
}

TEST_CASE("a bundle that is not there is named", "[net]") {
  const auto identity = doubles::TlsIdentity::make();
  HttpServer server(identity);
  auto options = quick();
  options.ca_bundle = "/nonexistent/ca.pem";
  Client client(options);
  const auto answer = client.fetch(get(server.url("/")));
  REQUIRE_FALSE(answer);
  CHECK(mentions(answer.error().what, "/nonexistent/ca.pem"));
}

TEST_CASE("TLS spoken to a server without it is explained", "[net]") {
  HttpServer plain;
  auto options = quick();
  options.attempts = 1;
  options.ca_bundle = "/etc/ssl/certs/ca-certificates.crt";
  Client client(options);
  const auto answer = client.fetch(get("https://127.0.0.1:" + std::to_string(plain.port()) + "/"));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::network);
}
