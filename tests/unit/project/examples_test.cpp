// Every env.yaml that this tree shows to people is one that the reader takes.
#include <catch2/catch.hpp>

#include "envtool/project/env_yaml.hpp"
#include "envtool/support/files.hpp"

using namespace envtool;
using namespace envtool::project;
namespace fs = std::filesystem;

namespace {
const fs::path kSource = ENVTOOL_SOURCE_FOLDER;
}

TEST_CASE("templates and examples have an env.yaml that is read", "[project][env_yaml]") {
  std::size_t count = 0;
  for (const auto* folder : {"templates", "examples"}) {
    for (const auto& entry : fs::directory_iterator(kSource / folder)) {
      if (!fs::exists(entry.path() / "env.yaml")) continue;
      ++count;
      INFO(entry.path());
      const auto yaml =
          read_env_yaml({"env.yaml", read_file(entry.path() / "env.yaml").value()}, entry.path());
      INFO((yaml ? "" : yaml.error().what));
      REQUIRE(yaml.has_value());
      CHECK(not_yet(*yaml).empty());
      CHECK(fs::exists(entry.path() / "README.md"));
    }
  }
  CHECK(count >= 5);
}

TEST_CASE("the reference page has an example of every key, and each is read", "[project][env_yaml]") {
  const auto page = read_file(kSource / "docs/formats/env-yaml.md").value();
  // The files that the examples name.
  const fs::path folder = fs::temp_directory_path() / ("envtool-page-" + std::to_string(::getpid()));
  fs::create_directories(folder);
  REQUIRE(write_atomic(folder / "requirements.txt", "numpy\n").has_value());
  std::string all;
  std::size_t count = 0;
  for (auto at = page.find("```yaml\n"); at != std::string::npos; at = page.find("```yaml\n", at + 1)) {
    auto text = page.substr(at + 8, page.find("```", at + 8) - at - 8);
    all += "\n" + text;
    if (!text.starts_with("packages:") && text.find("\npackages:") == std::string::npos)
      text += "packages: []\n";
    INFO(text);
    const auto yaml = read_env_yaml({"env.yaml", text}, folder);
    INFO((yaml ? "" : yaml.error().what));
    CHECK(yaml.has_value());
    ++count;
  }
  fs::remove_all(folder);
  CHECK(count > 20);
  for (const auto key : env_yaml_keys()) {
    INFO(key);
    CHECK(all.find("\n" + std::string(key) + ":") != std::string::npos);
  }
}
