#include <algorithm>
#include <set>

#include "envtool/image/config.hpp"
#include "envtool/image/direct_url.hpp"
#include "envtool/image/image.hpp"
#include "envtool/image/keys.hpp"
#include "envtool/image/layer_groups.hpp"

namespace envtool::image {
namespace {

constexpr std::size_t kMostLayers = 100;

std::string count_of(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

/// "3.11" of "3.11.2".
std::string minor_version(const std::string& full) {
  const std::size_t first = full.find('.');
  return first == std::string::npos ? full : full.substr(0, full.find('.', first + 1));
}

const project::Artifact* wheel_of(const project::LockedPackage& package) {
  if (const auto* wheel = std::get_if<project::LockedWheel>(&package.source)) return &wheel->artifact;
  if (const auto* sdist = std::get_if<project::LockedSdist>(&package.source)) return &sdist->wheel;
  if (const auto* git = std::get_if<project::LockedGit>(&package.source)) return &git->wheel;
  return nullptr;
}

class Planner {
 public:
  Planner(const project::Lock& lock, const project::LockedPlatform& part) : lock_(lock), part_(part) {
    plan_.platform = part.platform;
    plan_.scheme.python_version = minor_version(part.python.version);
    if (const auto* oci = std::get_if<project::LockedOciBase>(&part.base)) add_base_env(oci->env);
    for (const auto& [name, value] : lock.env) set_env(name, value);
  }

  ImagePlan run() {
    add_base();
    add_system();
    add_venv();
    std::vector<LayerPlan> editables = editable_layer();
    const std::size_t others = plan_.layers.size() + editables.size() + (lock_.setup.empty() ? 0 : 1);
    add_wheels(others < kMostLayers ? kMostLayers - others : 0);
    for (LayerPlan& layer : editables) plan_.layers.push_back(std::move(layer));
    add_setup();
    return std::move(plan_);
  }

 private:
  /// Of a name that is there twice the last one counts, as in container engines.
  void set_env(const std::string& name, std::string value) {
    std::erase_if(plan_.env, [&](const auto& variable) { return variable.first == name; });
    plan_.env.emplace_back(name, std::move(value));
  }

  /// The base's own variables, below ours: its PATH continues the virtual environment's.
  void add_base_env(const std::vector<std::string>& entries) {
    const auto defaults = default_environment(plan_.scheme);
    const auto is_ours = [&](const std::string& name) {
      return std::any_of(defaults.begin(), defaults.end(),
                         [&](const auto& variable) { return variable.first == name; });
    };
    for (const std::string& entry : entries) {
      const std::string name = entry.substr(0, entry.find('='));
      const std::string value = entry.substr(std::min(name.size() + 1, entry.size()));
      if (name == "PATH" && !value.empty()) {
        set_env(name, plan_.scheme.prefix + "/bin:" + value);
      } else if (!is_ours(name)) {
        set_env(name, value);
      }
    }
  }

  void add_base() {
    if (const auto* archive = std::get_if<project::LockedArchiveBase>(&part_.base)) {
      BaseTree tree{*archive};
      const bool debian = archive->distribution == project::BaseFromArchive::Distribution::debian;
      const std::string comment = (debian ? "debian " : "ubuntu ") + archive->suite + ": " +
                                  count_of(archive->debs.size(), "package");
      const store::TreeKey key = key_of(tree, part_.platform);
      add_layer(comment, {{key, std::move(tree)}});
      return;
    }
    const auto& oci = std::get<project::LockedOciBase>(part_.base);
    for (const project::LockedOciLayer& layer : oci.layers) {
      BaseLayerTree tree{layer, oci.reference};
      const store::TreeKey key = key_of(tree);
      // Not the reference: the same base under another name, or in another folder, is the same image.
      add_layer("base " + oci.manifest.str(), {{key, std::move(tree)}});
    }
  }

  void add_system() {
    if (part_.system.empty()) return;
    SystemTree tree{part_.system};
    const store::TreeKey key = key_of(tree, keys());
    add_layer("system: " + count_of(part_.system.size(), "package"), {{key, std::move(tree)}});
  }

  void add_venv() {
    VenvTree tree{part_.python.executable, part_.python.version};
    const store::TreeKey key = key_of(tree, plan_.scheme);
    add_layer("python " + part_.python.version + ": virtual environment", {{key, std::move(tree)}});
  }

  void add_wheels(std::size_t room) {
    std::vector<TreePlan> trees;
    std::vector<WheelSize> sizes;
    for (const project::LockedPackage& package : part_.packages) {
      const project::Artifact* wheel = wheel_of(package);
      if (wheel == nullptr) continue;
      WheelTree tree{package.name, package.version, *wheel, direct_url(package)};
      sizes.push_back({package.name, wheel->size});
      const store::TreeKey key = key_of(tree, plan_.scheme);
      trees.push_back({key, std::move(tree)});
    }
    for (const std::vector<std::size_t>& group : group_wheels(sizes, room)) {
      std::vector<TreePlan> members;
      for (const std::size_t i : group) members.push_back(std::move(trees[i]));
      std::string comment = members.size() == 1 ? "wheel:" : "wheels:";
      for (const TreePlan& member : members) {
        const auto& wheel = std::get<WheelTree>(member.make);
        comment += " " + wheel.name + " " + wheel.version + (&member == &members.back() ? "" : ",");
      }
      add_layer(std::move(comment), std::move(members));
    }
  }

  std::vector<LayerPlan> editable_layer() {
    std::vector<TreePlan> trees;
    for (const project::LockedPackage& package : part_.packages) {
      const auto* editable = std::get_if<project::LockedEditable>(&package.source);
      if (editable == nullptr) continue;
      EditableTree tree{package.name, package.version, editable->path};
      const store::TreeKey key = key_of(tree, plan_.scheme);
      trees.push_back({key, std::move(tree)});
    }
    if (trees.empty()) return {};
    const store::LayerKey key = layer_key(trees);
    return {{key, "editable: " + count_of(trees.size(), "project"), std::move(trees)}};
  }

  void add_setup() {
    if (lock_.setup.empty()) return;
    SetupTree tree{lock_.setup};
    const store::TreeKey key = key_of(tree, keys(), plan_.env);
    add_layer("setup: " + count_of(lock_.setup.size(), "command"), {{key, std::move(tree)}});
  }

  void add_layer(std::string comment, std::vector<TreePlan> trees) {
    const store::LayerKey key = layer_key(trees);
    plan_.layers.push_back({key, std::move(comment), std::move(trees)});
  }

  [[nodiscard]] std::vector<store::TreeKey> keys() const {
    std::vector<store::TreeKey> all;
    for (const LayerPlan& layer : plan_.layers)
      for (const TreePlan& tree : layer.trees) all.push_back(tree.key);
    return all;
  }

  const project::Lock& lock_;
  const project::LockedPlatform& part_;
  ImagePlan plan_;
};

}  // namespace

ImagePlan plan(const project::Lock& lock, const Platform& platform) {
  const project::LockedPlatform* part = lock.find(platform);
  if (part == nullptr) return ImagePlan{.platform = platform, .scheme = {}, .layers = {}, .env = {}};
  return Planner(lock, *part).run();
}

}  // namespace envtool::image
