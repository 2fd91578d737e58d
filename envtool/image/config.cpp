#include "envtool/image/config.hpp"

#include "envtool/formats/oci/image_config.hpp"
#include "envtool/formats/oci/manifest.hpp"

namespace envtool::image {
namespace {

/// The time of every file in the image; the real one would give each build another ID.
constexpr const char* kCreated = "1980-01-01T00:00:00Z";

std::vector<std::string> environment(const ImagePlan& plan) {
  auto variables = default_environment(plan.scheme);
  for (const auto& [name, value] : plan.env) {
    std::erase_if(variables, [&name = name](const auto& variable) { return variable.first == name; });
    variables.emplace_back(name, value);
  }
  std::vector<std::string> lines;
  for (const auto& [name, value] : variables) lines.push_back(name + "=" + value);
  return lines;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> default_environment(const InstallScheme& scheme) {
  return {
      {"PATH", scheme.prefix + "/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
      {"VIRTUAL_ENV", scheme.prefix},
      {"LANG", "C.UTF-8"},
      {"PYTHONNOUSERSITE", "1"},
  };
}

std::string image_config(const ImagePlan& plan, const std::vector<store::LayerRecord>& layers) {
  oci::ImageConfig config;
  config.platform = plan.platform;
  config.created = kCreated;
  config.env = environment(plan);
  config.command = plan.command;
  config.working_dir = plan.workdir;
  config.labels = {{"org.opencontainers.image.description", "made by envtool from env.lock"},
                   {"org.opencontainers.image.created", kCreated}};
  for (const store::LayerRecord& layer : layers) config.diff_ids.push_back(layer.diff_id);
  for (const LayerPlan& layer : plan.layers)
    config.history.push_back({.created = kCreated, .created_by = "envtool", .comment = layer.comment});
  return oci::render(config);
}

std::string image_manifest(const std::string& config, const std::vector<store::LayerRecord>& layers) {
  oci::Manifest manifest;
  manifest.config = {
      .media_type = oci::media_type::kConfig, .digest = Digest::of(config), .size = {config.size()}};
  for (const store::LayerRecord& layer : layers)
    manifest.layers.push_back(
        {.media_type = oci::media_type::kLayer, .digest = layer.diff_id, .size = layer.tar_size});
  return oci::render(manifest);
}

}  // namespace envtool::image
