#pragma once
// env.lock → image (design §2.5). plan() is pure; assemble() acts.
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "envtool/net/client.hpp"
#include "envtool/project/lock.hpp"
#include "envtool/store/store.hpp"
#include "envtool/support/events.hpp"
#include "envtool/support/executor.hpp"
#include "envtool/support/platform.hpp"

namespace envtool::image {

/// Where wheels go. One virtual environment (PEP 405) on top of the base's Python, the same for every base:
/// scripts are on PATH first, `pip install` inside works, and the distribution's own dist-packages do not
/// leak in.
struct InstallScheme {
  std::string prefix = "/opt/venv";
  std::string python_version;  ///< "3.11"
  [[nodiscard]] std::string purelib() const {
    return prefix + "/lib/python" + python_version + "/site-packages";
  }
  [[nodiscard]] std::string interpreter() const { return prefix + "/bin/python"; }
};

/// One tree to have in the store, and how to make it.
struct BaseTree {
  project::LockedArchiveBase base;
};
struct BaseLayerTree {
  project::LockedOciLayer layer;
  std::string layout;
};  ///< one layer of an OCI base
struct SystemTree {
  std::vector<project::LockedDeb> debs;
};  ///< over all trees before it
struct VenvTree {
  std::string python_executable, python_full_version;
};  ///< pyvenv.cfg, bin/python, activate
struct WheelTree {
  std::string name, version;
  project::Artifact wheel;
  std::optional<std::string> direct_url;
};
struct EditableTree {
  std::string name, version, path;
};
struct SetupTree {
  std::vector<std::string> commands;
};  ///< run in the container, over all trees before it

struct TreePlan {
  store::TreeKey key;
  std::variant<BaseTree, BaseLayerTree, SystemTree, VenvTree, WheelTree, EditableTree, SetupTree> make;
};

struct LayerPlan {
  store::LayerKey key;
  std::string comment;  ///< history: "debian bookworm: 130 packages", "wheels: numpy 1.26.4"
  std::vector<TreePlan> trees;
};

/// Everything that decides the image, computed from the lock alone.
struct ImagePlan {
  Platform platform;
  InstallScheme scheme;
  std::vector<LayerPlan> layers;  ///< bottom first
  /// The OCI base's own variables, then env.yaml's over them; names are unique.
  std::vector<std::pair<std::string, std::string>> env;
  std::string workdir = "/workspace";
  std::vector<std::string> command = {"/bin/bash"};
};

/// Pure: the same lock gives the same plan. Wheels above a size have a layer of their own, smaller ones share
/// a layer with those in the same bucket of their name's hash, so that adding one package changes one small
/// layer and no image passes 100 layers (Docker's limit is 127).
ImagePlan plan(const project::Lock& lock, const Platform& platform);

struct Assembled {
  store::ImageId id;
  ByteCount fetched;
  std::uint64_t trees_made = 0, trees_reused = 0;
};

/// Have every tree, layer and the image in the store. `project_folder` is for editables' metadata and OCI
/// layouts. Errors: digest_mismatch, hostile_archive (names wheel and member), network, io, cancelled,
/// unsupported.
Result<Assembled> assemble(const ImagePlan& plan, const std::filesystem::path& project_folder,
                           const store::Store& store, net::Client& client, Executor& executor,
                           Events& events);

}  // namespace envtool::image
