#pragma once
// Private to resolve/system: the signed Release of one part of an archive, from the network or the cache.
#include <optional>

#include "envtool/formats/deb/release.hpp"
#include "envtool/resolve/system/system.hpp"

namespace envtool::resolve::system {

struct OpenRelease {
  deb::Release release;
  Digest in_release;  ///< of the InRelease file as served
  bool asked = true;  ///< false: believed from the cache
};

/// Asked again after this long; before that the cached one is believed.
inline constexpr std::chrono::seconds kReleaseLifetime{600};

/// In:     `ask_anew`: the cached one is asked about however young it is.
/// Out:    nullopt when the part is not there and not required.
/// Errors: network, not_found; bad_input — unsigned, bad signature, another suite's, expired.
Result<std::optional<OpenRelease>> open_release(const ArchiveLocation& location,
                                                const ArchiveLocation::Part& part,
                                                const ArchiveSources& sources, Events& events,
                                                bool ask_anew = false);

std::chrono::sys_seconds now_of(const ArchiveSources& sources);

}  // namespace envtool::resolve::system
