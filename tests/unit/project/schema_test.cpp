#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "envtool/project/env_yaml.hpp"

using namespace envtool::project;

TEST_CASE("the schema has exactly the keys that the reader knows", "[project][schema]") {
  const auto schema = nlohmann::json::parse(env_yaml_schema());
  std::set<std::string> in_schema;
  for (const auto& [key, value] : schema["properties"].items()) in_schema.insert(key);
  const auto keys = env_yaml_keys();
  CHECK(in_schema == std::set<std::string>(keys.begin(), keys.end()));
  CHECK(schema["additionalProperties"] == false);
  for (const auto& [key, value] : schema["properties"].items()) {
    INFO(key);
    CHECK(value.contains("description"));
  }
}
