#pragma once
// env.yaml → env.lock (design §5). One file joins python/, system/ and base_image/.
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "envtool/net/client.hpp"
#include "envtool/project/lock.hpp"
#include "envtool/store/store.hpp"
#include "envtool/support/events.hpp"
#include "envtool/support/executor.hpp"

namespace envtool::resolve {

/// Which pins of the previous lock are given up.
struct Upgrade {
  bool everything = false;
  std::set<std::string> packages;  ///< normalised Python names, or names of system packages
};

/// Where answers come from; workflow makes it, tests replace it.
struct Sources {
  net::Client& client;
  const store::Store& store;
  std::filesystem::path cache;     ///< metadata by file hash, index pages with a time to live
  std::filesystem::path keyrings;  ///< folder of OpenPGP keyrings that archives are checked with
  std::filesystem::path project;   ///< folder of env.yaml
  std::string default_index = "https://pypi.org/simple";
  Executor* executor = nullptr;  ///< for source distributions; null: refuse them
  /// Have the base (and system packages) of a platform in the store, to build source distributions in; trees,
  /// bottom first. workflow makes it of image::assemble, because a stage never calls a later one.
  std::function<Result<std::vector<std::filesystem::path>>(const Platform&, const project::LockedBase&,
                                                           const project::LockedPython&,
                                                           const std::vector<project::LockedDeb>&)>
      build_root;
};

/// Errors: unsatisfiable (the chain in sentences, ending with what to change), network, digest_mismatch,
/// bad_input, unsupported, cancelled.
Result<project::Lock> resolve(const project::EnvYaml& yaml, std::span<const Platform> platforms,
                              const project::Lock* previous, const Upgrade& upgrade, Sources& sources,
                              Events& events);

/// Build again a wheel that was built when the lock was made and that this store does not have: from the
/// pinned source and build requirements, in the pinned base.
/// Errors: digest_mismatch (the build is not reproducible), those of fetching and building.
Result<void> rebuild_wheel(const project::LockedPackage& package, const project::LockedPlatform& part,
                           Sources& sources, Events& events);

}  // namespace envtool::resolve
