#pragma once
// Private to resolve/base_image: index.json → the manifest and config of one platform.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "envtool/project/lock.hpp"
#include "envtool/resolve/base_image/layout_reader.hpp"

namespace envtool::resolve::base_image {

struct LayoutImage {
  project::LockedOciBase base;  ///< without reference
  std::vector<std::pair<std::string, std::string>> env;
};

/// Errors: bad_input — malformed documents, no image or several for the platform; digest_mismatch; not_found.
/// Source: OCI image-spec: image-index.md, manifest.md, config.md.
Result<LayoutImage> find_image(const LayoutReader& layout, const Platform& platform);

}  // namespace envtool::resolve::base_image
