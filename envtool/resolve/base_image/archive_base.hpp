#pragma once
// Private to resolve/base_image: a base straight from a distribution's archive.
#include <functional>
#include <optional>

#include "envtool/resolve/base_image/base_image.hpp"
#include "envtool/resolve/system/system.hpp"

namespace envtool::resolve::base_image {

struct ArchiveBaseRequest {
  const project::EnvYaml& yaml;
  project::BaseFromArchive base;
  Platform platform;
  const project::LockedPlatform* previous = nullptr;
  const Upgrade& upgrade;
};

/// `tell` is called once, as soon as the Python is known. The archive is left in `archive`: it may still be
/// writing its cache, which nobody has to wait for. Errors: as BaseResolver::solution.
Result<BaseSolution> resolve_archive_base(const ArchiveBaseRequest& request,
                                          const system::ArchiveSources& sources, Events& events,
                                          const std::function<void(project::LockedPython)>& tell,
                                          std::optional<system::Archive>& archive);

/// The packages of a base besides the essential ones.
std::vector<std::string> base_packages();

}  // namespace envtool::resolve::base_image
