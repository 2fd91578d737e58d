#include "envtool/formats/oci/runtime_spec.hpp"

#include <catch2/catch.hpp>

using namespace envtool;
using namespace envtool::oci;

namespace {

RuntimeSpec full() {
  RuntimeSpec spec;
  spec.process = {true,
                  1000,
                  1001,
                  {27},
                  {"python3", "-c", "pass"},
                  {"A=b", "C=d e"},
                  "/workspace",
                  true,
                  {{"RLIMIT_NOFILE", {1024, 18446744073709551615ULL}}}};
  spec.root = {"rootfs", true};
  spec.hostname = "intro-ml";
  spec.mounts = {{"/proc", "proc", "proc", {}}, {"/data", "bind", "/srv/data", {"rbind", "ro"}}};
  spec.hooks.create_container = {{"/usr/bin/hook", {"hook", "x"}, {"E=1"}, 5}};
  spec.linux_.namespaces = {"user", "mount", "pid"};
  spec.linux_.devices = {{"/dev/nvidia0", "c", 195, 0, 0666, 0, {}}};
  spec.linux_.masked_paths = {"/proc/kcore"};
  spec.linux_.readonly_paths = {"/proc/sys"};
  spec.linux_.resources = {8LL << 30, 250'000, 512};
  spec.annotations = {{"z.first", "1"}, {"a.second", "2"}};
  return spec;
}

std::string refusal(std::string_view text) {
  const auto spec = parse_runtime_spec(text);
  return spec ? "accepted" : spec.error().what;
}

}  // namespace

TEST_CASE("a document survives being written and read", "[formats][oci]") {
  const auto spec = full();
  const auto again = parse_runtime_spec(render(spec));
  REQUIRE(again);
  CHECK(*again == spec);
  CHECK(parse_runtime_spec(render(RuntimeSpec{})).value() == RuntimeSpec{});
}

TEST_CASE("names in the document are the specification's", "[formats][oci]") {
  const auto text = render(full());
  for (const char* name : {"\"ociVersion\": \"1.1.0\"", "\"noNewPrivileges\": true", "\"additionalGids\"",
                           "\"createContainer\"", "\"fileMode\": 438", "\"maskedPaths\"", "\"readonlyPaths\"",
                           "\"quota\": 250000", "\"limit\": 8589934592"})
    CHECK(text.find(name) != std::string::npos);
}

TEST_CASE("what a document would lose is refused by name", "[formats][oci]") {
  CHECK(refusal(R"({"linux": {"seccomp": {}}})") == "runtime-spec document: linux.seccomp is not understood");
  CHECK(refusal(R"({"process": {"args": "sh"}})") == "runtime-spec document: process.args must be an array");
  CHECK(refusal(R"({"process": {"args": [1]}})") == "runtime-spec document: process.args[] must be a string");
  CHECK(refusal(R"({"process": {"user": {"uid": -1}}})") ==
        "runtime-spec document: process.user.uid must be an integer in range");
  CHECK(refusal(R"({"process": {"user": {"uid": 4294967296}}})") ==
        "runtime-spec document: process.user.uid must be an integer in range");
  CHECK(refusal(R"({"mounts": [7]})") == "runtime-spec document: mounts[] must be an object");
}

TEST_CASE("bytes that are no document are refused", "[formats][oci]") {
  for (const char* text : {"", "{", "[]", "null", "\xff\xfe", "{\"process\": 3}"})
    CHECK(refusal(text) != "accepted");
  CHECK(refusal(std::string(200'000, '[')) != "accepted");
}

TEST_CASE("a quota of another period is converted", "[formats][oci]") {
  const auto spec =
      parse_runtime_spec(R"({"linux": {"resources": {"cpu": {"quota": 50000, "period": 50000}}}})");
  CHECK(spec.value().linux_.resources.cpu_quota == 100'000);
  CHECK(refusal(R"({"linux": {"resources": {"cpu": {"quota": 1, "period": 0}}}})") != "accepted");
}
