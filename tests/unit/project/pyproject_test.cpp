#include "envtool/project/pyproject.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/project/scratch.hpp"

using namespace envtool;
using namespace envtool::project;

namespace {
const std::string kSample = R"([build-system]
requires = ["hatchling>=1.20"]
build-backend = "hatchling.build"

[project]
name = "Course_Tools"
version = "0.3"
requires-python = ">=3.10"
dependencies = [
  "numpy>=1.26",  # a comment
  "torch; platform_machine == 'x86_64'",
]

[project.optional-dependencies]
dev = ["pytest"]

[project.scripts]
grade = "course_tools.cli:main"

[tool.ruff]
line-length = 100
)";
Pyproject read(const std::string& text) {
  auto out = read_pyproject({"pyproject.toml", text});
  INFO((out ? "" : out.error().what));
  REQUIRE(out.has_value());
  return *out;
}
std::string changed(const std::string& from, const std::string& to) {
  auto text = kSample;
  return text.replace(text.find(from), from.size(), to);
}
}  // namespace

TEST_CASE("pyproject.toml is read as far as the resolver needs it", "[project][pyproject]") {
  const auto pyproject = read(kSample);
  CHECK(pyproject.name == "Course_Tools");
  CHECK(pyproject.version == "0.3");
  CHECK(pyproject.requires_python->text == ">=3.10");
  REQUIRE(pyproject.dependencies.size() == 2);
  CHECK(pyproject.dependencies[0].place == Place{"pyproject.toml", 10, 3});
  CHECK(pyproject.optional_dependencies.at("dev")[0].text == "pytest");
  CHECK(pyproject.scripts.at("grade") == "course_tools.cli:main");
  CHECK(pyproject.build_system.backend == "hatchling.build");
  CHECK(pyproject.build_system.requires_packages[0].text == "hatchling>=1.20");
}

TEST_CASE("without a build-system table setuptools builds", "[project][pyproject]") {
  const auto pyproject = read("[tool.x]\n");
  CHECK_FALSE(pyproject.has_project);
  CHECK(pyproject.build_system.backend == "setuptools.build_meta:__legacy__");
  CHECK(pyproject.build_system.requires_packages[0].text.starts_with("setuptools"));
}

TEST_CASE("a version may be left to the backend", "[project][pyproject]") {
  const auto pyproject = read("[project]\nname = \"a\"\ndynamic = [\"version\"]\n");
  CHECK_FALSE(pyproject.version.has_value());
  CHECK(pyproject.is_dynamic("version"));
}

TEST_CASE("mistakes in pyproject.toml have their place", "[project][pyproject]") {
  const auto [text, line, said] = GENERATE_COPY(table<std::string, std::uint32_t, std::string>({
      {"[project\n", 1, "not valid TOML"},
      {"a = 1\na = 2\n", 2, "not valid TOML"},
      {"\xff", 1, "not valid TOML"},
      {std::string(100000, '['), 1, "not valid TOML"},
      {"a = " + std::string(100000, '['), 1, "not valid TOML"},
      {"project = 1\n", 1, "not a table"},
      {"[project]\nversion = \"1\"\n", 1, "no name"},
      {"[project]\nname = \"-\"\nversion = \"1\"\n", 2, "not a package name"},
      {"[project]\nname = \"a\"\n", 1, "neither a version"},
      {changed("\"0.3\"", "0.3"), 7, "not a text"},
      {changed("\"numpy>=1.26\"", "\"numpy>>1\""), 10, ""},
      {changed("\"numpy>=1.26\"", "3"), 10, "not a text"},
      {changed("[\"pytest\"]", "\"pytest\""), 15, "not a list"},
      {changed("\"course_tools.cli:main\"", "1"), 18, "not a text"},
      {changed("[\"hatchling>=1.20\"]", "\"x\""), 2, "not a list"},
  }));
  const auto out = read_pyproject({"pyproject.toml", text});
  REQUIRE_FALSE(out.has_value());
  INFO(out.error().what);
  CHECK(out.error().code == Code::bad_input);
  CHECK(out.error().place->line == line);
  CHECK(out.error().what.find(said) != std::string::npos);
}

TEST_CASE("what an editable declares makes a lock stale, its comments do not", "[project][pyproject]") {
  const Scratch scratch;
  const auto inputs = [&](const std::string& text) {
    scratch.write("pyproject.toml", text);
    auto yaml = read_env_yaml({"env.yaml", "packages: [-e .]"}, scratch.path());
    REQUIRE(yaml.has_value());
    CHECK(yaml->included == std::vector<std::filesystem::path>{"pyproject.toml"});
    return inputs_digest(*yaml);
  };
  const auto before = inputs(kSample);
  CHECK(inputs(changed("line-length = 100", "line-length = 120")) == before);
  CHECK(inputs(changed("numpy>=1.26", "numpy>=2")) != before);
  CHECK(inputs(changed("course_tools.cli:main", "course_tools.cli:other")) != before);
}
