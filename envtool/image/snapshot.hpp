#pragma once
// Where a .deb still is when its archive has moved on: archives keep one version, their snapshot services
// all.
#include <optional>
#include <span>
#include <string>

#include "envtool/project/lock.hpp"

namespace envtool::image {

/// The address of a pool file at the distribution's snapshot service, as of a day after the newest of
/// `releases` that the file's archive had when the lock was made; nothing for an archive that has no such
/// service. The digest decides whether it is the file. Source: snapshot.debian.org
/// ("archive/<name>/<timestamp>/<path>"), snapshot.ubuntu.com ("ubuntu/<timestamp>/<path>").
std::optional<std::string> snapshot_url(const std::string& url,
                                        std::span<const project::LockedRelease> releases);

}  // namespace envtool::image
