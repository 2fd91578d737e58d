#include "envtool/resolve/python/sdist_cache.hpp"

#include <nlohmann/json.hpp>

namespace envtool::resolve::python {
namespace {

using nlohmann::json;

std::optional<project::Artifact> artifact_of(const json& value) {
  auto digest = Digest::parse(value.value("sha256", ""));
  if (!digest) return std::nullopt;
  return project::Artifact{value.value("url", ""), *digest, {value.value("size", std::uint64_t{0})}};
}

json json_of(const project::Artifact& artifact) {
  return {{"url", artifact.url}, {"sha256", artifact.sha256.hex()}, {"size", artifact.size.value}};
}

std::optional<BuiltSdist> read(const json& value) {
  BuiltSdist built;
  auto wheel = artifact_of(value.at("wheel"));
  auto metadata = pep::Metadata::parse(value.value("metadata", ""));
  if (!wheel || !metadata) return std::nullopt;
  built.wheel = std::move(*wheel);
  built.wheel_name = value.value("wheel_name", "");
  built.metadata = std::make_shared<const pep::Metadata>(std::move(*metadata));
  for (const auto& one : value.at("build_requires")) {
    auto artifact = artifact_of(one);
    if (!artifact) return std::nullopt;
    built.build_requires.push_back({.name = one.value("name", ""),
                                    .version = one.value("version", ""),
                                    .index = one.value("index", ""),
                                    .source = project::LockedWheel{std::move(*artifact)},
                                    .requires_names = one.value("requires", std::vector<std::string>{})});
  }
  return built;
}

}  // namespace

std::string render_built(const BuiltSdist& built, const std::string& metadata) {
  json requirements = json::array();
  for (const auto& package : built.build_requires) {
    const auto* wheel = std::get_if<project::LockedWheel>(&package.source);
    if (wheel == nullptr) continue;
    json one = json_of(wheel->artifact);
    one.update({{"name", package.name},
                {"version", package.version},
                {"index", package.index},
                {"requires", package.requires_names}});
    requirements.push_back(std::move(one));
  }
  return json{{"wheel", json_of(built.wheel)},
              {"wheel_name", built.wheel_name},
              {"metadata", metadata},
              {"build_requires", std::move(requirements)}}
      .dump();
}

std::optional<BuiltSdist> parse_built(const std::string& text) {
  try {
    return read(json::parse(text));
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace envtool::resolve::python
