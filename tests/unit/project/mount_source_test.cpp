#include <catch2/catch.hpp>
#include <cstdlib>

#include "envtool/project/env_yaml.hpp"

using namespace envtool;
using namespace envtool::project;

namespace {
Result<std::filesystem::path> at(const std::string& source) {
  return mount_source(Mount{source, "/data", false, {"env.yaml", 3, 4}}, "/home/ada/course");
}
}  // namespace

TEST_CASE("a mount's source is found from home, variables and env.yaml's folder", "[project][mounts]") {
  ::setenv("HOME", "/home/ada", 1);
  ::setenv("ENVTOOL_TEST_DATA", "/scratch", 1);
  CHECK(at("~").value() == "/home/ada");
  CHECK(at("~/datasets").value() == "/home/ada/datasets");
  CHECK(at("$ENVTOOL_TEST_DATA/x").value() == "/scratch/x");
  CHECK(at("${ENVTOOL_TEST_DATA}x").value() == "/scratchx");
  CHECK(at("/abs/./x").value() == "/abs/x");
  CHECK(at("../data").value() == "/home/ada/data");
  CHECK(at("data").value() == "/home/ada/course/data");
}

TEST_CASE("a mount's source that cannot be found out is refused at its place", "[project][mounts]") {
  ::unsetenv("ENVTOOL_TEST_ABSENT");
  for (const auto* source :
       {"$ENVTOOL_TEST_ABSENT/x", "~bob/x", "a$", "a${", "${ENVTOOL_TEST_ABSENT", "$-x"}) {
    const auto found = at(source);
    INFO(source);
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().code == Code::bad_input);
    CHECK(found.error().place->line == 3);
    CHECK_FALSE(found.error().hints.empty());
  }
}
