#pragma once
// Private to resolve/base_image: index.json → the manifest and config of one platform.
#include "envtool/project/lock.hpp"
#include "envtool/resolve/base_image/layout_reader.hpp"

namespace envtool::resolve::base_image {

/// Out: all but `reference`. Errors: bad_input — malformed documents, no image or several for the platform;
/// digest_mismatch; not_found. Source: OCI image-spec: image-index.md, manifest.md, config.md.
Result<project::LockedOciBase> find_image(const LayoutReader& layout, const Platform& platform);

}  // namespace envtool::resolve::base_image
