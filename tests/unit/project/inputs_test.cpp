#include <catch2/catch.hpp>

#include "envtool/project/env_yaml.hpp"
#include "tests/unit/project/scratch.hpp"

using namespace envtool;
using namespace envtool::project;

namespace {
Digest inputs(const std::string& text, const std::filesystem::path& folder = "/nonexistent") {
  auto yaml = read_env_yaml({"env.yaml", text}, folder);
  INFO(text << "\n" << (yaml ? "" : yaml.error().what));
  REQUIRE(yaml.has_value());
  return inputs_digest(*yaml);
}
const std::string kPlain = "python: \"3.11\"\npackages: [numpy, pandas>=2]\nsystem: [git, graphviz]\n";
}  // namespace

TEST_CASE("what only matters at run time does not make a lock stale", "[project][inputs]") {
  const auto text =
      GENERATE(as<std::string>{}, "name: x\n", "command: python a.py\n", "ports: [80]\n",
               "mounts: [{source: a, target: /b}]\n", "services: {jupyter: true}\n", "resources: {cpus: 2}\n",
               "secrets: [TOKEN]\n", "network: none\n", "# a comment\n");
  CHECK(inputs(kPlain) == inputs(kPlain + text));
}

TEST_CASE("order and layout do not make a lock stale", "[project][inputs]") {
  CHECK(inputs(kPlain) ==
        inputs("system:\n  - graphviz\n  - git\npackages:\n  - pandas>=2\n  - 'numpy'\npython: 3.11\n"));
  CHECK(inputs(kPlain) == inputs(kPlain + "platforms: [linux/arm64, linux/amd64]\n"));
}

TEST_CASE("everything that the lock answers makes it stale", "[project][inputs]") {
  const auto text =
      GENERATE(as<std::string>{}, "base: {debian: bookworm}\n", "constraints: [numpy<2]\n",
               "overrides: [numpy<2]\n", "indexes: [{name: a, url: \"https://x/simple\"}]\n",
               "exclude-newer: 2026-09-01\n", "platforms: [linux/amd64]\n", "gpu: optional\n", "gpu: true\n",
               "setup: [\"true\"]\n", "env: {A: b}\n", "env: {A: c}\n", "gpu: {driver: \">=550\"}\n");
  static std::map<Digest, std::string> seen;
  seen[inputs(kPlain)] = "";
  const auto digest = inputs(kPlain + text);
  const auto [at, fresh] = seen.emplace(digest, text);
  INFO(text << at->second);
  CHECK(fresh);
}

TEST_CASE("values cannot be shifted from one key to the next", "[project][inputs]") {
  CHECK(inputs("packages: []\nsetup: [\"a\", \"b\"]") != inputs("packages: []\nsetup: [\"a\\nsetup 1:b\"]"));
  CHECK(inputs("packages: []\nenv: {A: b}") != inputs("packages: []\nsetup: [b]\nenv: {A: \"\"}"));
}

TEST_CASE("requirements of included files count, their comments do not", "[project][inputs]") {
  const Scratch scratch;
  scratch.write("r.txt", "numpy\n");
  const auto before = inputs("packages: [-r r.txt]", scratch.path());
  scratch.write("r.txt", "# hello\nnumpy   \n");
  CHECK(inputs("packages: [-r r.txt]", scratch.path()) == before);
  scratch.write("r.txt", "numpy<2\n");
  CHECK(inputs("packages: [-r r.txt]", scratch.path()) != before);
}

TEST_CASE("the digest of fixed inputs never changes by accident", "[project][inputs]") {
  // Every lock in the world is stale when this changes.
  CHECK(inputs(kPlain).hex() == "a4dd5692dd1b86ffcb04ec2a60030c41289a269df1fcc8fa0fe709cf12c905e1");
}
