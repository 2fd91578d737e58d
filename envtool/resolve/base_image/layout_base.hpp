#pragma once
// Private to resolve/base_image: a base from an OCI image layout, a folder or a tar of one.
#include <filesystem>

#include "envtool/resolve/base_image/base_image.hpp"

namespace envtool::resolve::base_image {

/// In:     `project`, the folder that a relative path is relative to.
/// Errors: not_found — no such layout; bad_input — not a layout, no image for the platform, no Python in it
/// or
///         another one than asked; digest_mismatch — a blob is not what its name says; unsupported — `system`
///         is given.
/// Source: OCI image-spec: image-layout.md, image-index.md, manifest.md, config.md.
Result<BaseSolution> resolve_layout_base(const project::EnvYaml& yaml, const project::BaseFromLayout& base,
                                         const Platform& platform, const std::filesystem::path& project);

}  // namespace envtool::resolve::base_image
