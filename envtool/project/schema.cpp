#include <string_view>

#include "envtool/project/env_yaml.hpp"

namespace envtool::embedded {
std::string_view schema(std::string_view name);  // made by tools/cmake/embed.cmake
}

namespace envtool::project {
std::string_view env_yaml_schema() { return embedded::schema("env.schema.json"); }
}  // namespace envtool::project
