#pragma once
// What the makers of trees share, and how assemble.cpp calls each of them. A maker looks whether the store
// has the tree already, makes it in a temporary folder otherwise, and adopts it; assemble holds
// `store.lock(key)` around the call.
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "envtool/image/image.hpp"

namespace envtool::image {

struct MakeContext {
  const store::Store& store;
  net::Client& client;
  Executor& executor;
  Events& events;
  Platform platform;
  InstallScheme scheme;
  std::filesystem::path project;                         ///< folder of env.yaml
  std::vector<std::pair<std::string, std::string>> env;  ///< ImagePlan::env: for `setup` commands
  std::vector<project::LockedRelease> releases =
      {};  ///< of the base's archive: where .debs are once it moved on
};

/// `below` is the root filesystem so far, bottom first.
/// Errors: digest_mismatch, hostile_archive, network, io, cancelled, unsupported; chains name the tree.
Result<store::Tree> make_base_tree(const BaseTree& what, const store::TreeKey& key, MakeContext& context);
Result<store::Tree> make_base_layer_tree(const BaseLayerTree& what, const store::TreeKey& key,
                                         MakeContext& context);
Result<store::Tree> make_system_tree(const SystemTree& what, const store::TreeKey& key,
                                     std::span<const store::Tree> below, MakeContext& context);
Result<store::Tree> make_setup_tree(const SetupTree& what, const store::TreeKey& key,
                                    std::span<const store::Tree> below, MakeContext& context);
Result<store::Tree> make_venv_tree(const VenvTree& what, const store::TreeKey& key, MakeContext& context);
Result<store::Tree> make_wheel_tree(const WheelTree& what, const store::TreeKey& key, MakeContext& context);
Result<store::Tree> make_editable_tree(const EditableTree& what, const store::TreeKey& key,
                                       MakeContext& context);

}  // namespace envtool::image
