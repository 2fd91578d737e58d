#pragma once
// The documents of an image (OCI image-spec 1.1, config.md and manifest.md), from its plan and layers. Pure.
#include <string>
#include <utility>
#include <vector>

#include "envtool/image/image.hpp"

namespace envtool::image {

/// The variables of every image, where `plan.env` does not say otherwise.
std::vector<std::pair<std::string, std::string>> default_environment(const InstallScheme& scheme);
/// In: `layers`, in the order of the plan. The digest of the text is the image ID.
std::string image_config(const ImagePlan& plan, const std::vector<store::LayerRecord>& layers);
/// Layers are listed as uncompressed tars, whose digest is the diff_id: known without compressing anything.
std::string image_manifest(const std::string& config, const std::vector<store::LayerRecord>& layers);

}  // namespace envtool::image
