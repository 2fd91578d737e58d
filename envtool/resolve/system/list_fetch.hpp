#pragma once
// Private to resolve/system: the package list of one component, from the network or the cache, as an index.
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "envtool/formats/deb/packages.hpp"
#include "envtool/resolve/system/mapped_file.hpp"
#include "envtool/resolve/system/release_fetch.hpp"

namespace envtool::resolve::system {

struct OpenList {
  std::string root;  ///< archive URL that file names are relative to
  deb::PackageIndex index;
  MappedFile file;                           ///< the bytes behind `index`, when they came from the cache
  std::shared_ptr<const std::string> bytes;  ///< when they were just made
  std::jthread writer;                       ///< puts them into the cache while they are used already
};

/// In:     `component` such as main. The compressed form that is fastest overall is taken: gzip, else xz
///         (docs/decisions/archive-index.md).
/// Out:    nullopt when the Release has no list for the architecture.
/// Errors: network, not_found, digest_mismatch, bad_input (damaged or malformed), cancelled.
Result<std::optional<OpenList>> open_list(const ArchiveLocation::Part& part, const OpenRelease& release,
                                          const std::string& component, const Platform& platform,
                                          const ArchiveSources& sources);

}  // namespace envtool::resolve::system
