#include <catch2/catch.hpp>

#include "envtool/formats/oci/image_config.hpp"
#include "envtool/formats/oci/manifest.hpp"

using namespace envtool;
using namespace envtool::oci;

namespace {

Descriptor layer(const std::string& text, std::uint64_t size) {
  return {.media_type = media_type::kLayer, .digest = Digest::of(text), .size = {size}};
}

ImageConfig sample_config() {
  ImageConfig config;
  config.platform = {"linux", "arm64"};
  config.created = "1980-01-01T00:00:00Z";
  config.env = {"PATH=/opt/venv/bin:/usr/bin", "QUOTED=\"x\"\n"};
  config.command = {"/bin/bash"};
  config.working_dir = "/workspace";
  config.labels = {{"org.opencontainers.image.title", "intro-ml"}};
  config.diff_ids = {Digest::of("a"), Digest::of("b")};
  config.history = {{"1980-01-01T00:00:00Z", "envtool", "base", false}, {"", "", "env", true}};
  return config;
}

}  // namespace

TEST_CASE("a manifest is written in one way and read back the same", "[oci]") {
  Manifest manifest;
  manifest.config = {.media_type = media_type::kConfig, .digest = Digest::of("config"), .size = {7}};
  manifest.layers = {layer("one", 1), layer("two", 1ULL << 40)};
  manifest.annotations = {{"key", "value"}};
  const std::string text = render(manifest);
  CHECK(text.starts_with(
      "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":{"));
  CHECK(*parse_manifest(text, "manifest") == manifest);
  CHECK(text == render(*parse_manifest(text, "manifest")));
}

TEST_CASE("an index finds a platform's manifest and skips attestations", "[oci]") {
  Index index;
  Descriptor amd64 = layer("amd64", 1), arm64 = layer("arm64", 2), attestation = layer("unknown", 3);
  amd64.platform = {{"linux", "amd64"}};
  arm64.platform = {{"linux", "arm64"}};
  attestation.platform = {{"unknown", "unknown"}};
  index.manifests = {attestation, amd64, arm64};
  CHECK(*parse_index(render(index), "index") == index);
  CHECK(index.find({"linux", "arm64"})->digest == Digest::of("arm64"));
  CHECK(index.find({"linux", "riscv64"}) == nullptr);
  CHECK(is_index(media_type::kIndex, ""));
  CHECK(is_index("application/json", render(index)));
  CHECK_FALSE(is_index(media_type::kManifest, render(Manifest{})));
}

TEST_CASE("a config is written in one way and read back the same", "[oci]") {
  const ImageConfig config = sample_config();
  const std::string text = render(config);
  CHECK(*parse_image_config(text, "config") == config);
  CHECK(render(*parse_image_config(text, "config")) == text);
  CHECK(text.find("\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:") != std::string::npos);
  CHECK(text.find("Entrypoint") == std::string::npos);
}

TEST_CASE("another tool's config with nulls and unknown keys is read", "[oci]") {
  const auto config = parse_image_config(
      R"({"architecture":"amd64","os":"linux","config":{"Env":null,"Cmd":["sh"],"ExposedPorts":{"80/tcp":{}}},)"
      R"("rootfs":{"type":"layers","diff_ids":[]},"history":null,"container":"x"})",
      "config");
  REQUIRE(config);
  CHECK(config->command == std::vector<std::string>{"sh"});
}

TEST_CASE("malformed documents are refused by name", "[oci]") {
  for (const char* text :
       {"", "[]", "{", "{\"schemaVersion\":1}", "{\"schemaVersion\":2}",
        R"({"schemaVersion":2,"config":{},"layers":[]})", R"({"schemaVersion":2,"config":5,"layers":[]})",
        R"({"schemaVersion":2,"config":{"mediaType":"x","digest":"sha256:zz","size":1},"layers":[]})"}) {
    const auto manifest = parse_manifest(text, "registry answer");
    REQUIRE_FALSE(manifest);
  }
  CHECK(parse_manifest("[]", "registry answer").error().what.find("registry answer") != std::string::npos);
  CHECK_FALSE(parse_image_config(R"({"rootfs":{"diff_ids":[5]}})", "config"));
  CHECK_FALSE(parse_image_config(R"({"config":[],"rootfs":{}})", "config"));
  CHECK_FALSE(parse_image_config("{}", "config"));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
  CHECK_FALSE(parse_index(deep, "index"));
}

TEST_CASE("text that is not UTF-8 does not stop the writer", "[oci]") {
  ImageConfig config = sample_config();
  config.env = {"BROKEN=\xff"};
  CHECK(parse_image_config(render(config), "config"));
}
