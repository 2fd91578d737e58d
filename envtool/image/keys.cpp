#include "envtool/image/keys.hpp"

#include <algorithm>

namespace envtool::image {
namespace {

/// A digest over fields that cannot run into each other: each is written with its length.
class KeyBuilder {
 public:
  explicit KeyBuilder(std::string_view kind) {
    add("envtool image format " + std::to_string(project::kImageFormat));
    add(kind);
  }
  KeyBuilder& add(std::string_view field) {
    digest_.update(std::to_string(field.size()) + ":");
    digest_.update(field);
    return *this;
  }
  KeyBuilder& add(const Digest& digest) { return add(digest.hex()); }
  template <class Range>
  KeyBuilder& add_all(const Range& range) {
    add(std::to_string(range.size()));
    for (const auto& item : range) add(item);
    return *this;
  }
  Digest finish() { return digest_.finish(); }

 private:
  Sha256 digest_;
};

std::vector<std::string> identities(const std::vector<project::LockedDeb>& debs) {
  std::vector<std::string> lines;
  lines.reserve(debs.size());
  for (const project::LockedDeb& deb : debs) lines.push_back(deb.name + " " + deb.artifact.sha256.hex());
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace

store::TreeKey key_of(const BaseTree& what, const Platform& platform) {
  const bool debian = what.base.distribution == project::BaseFromArchive::Distribution::debian;
  return KeyBuilder("base")
      .add(platform.str())
      .add(debian ? "debian" : "ubuntu")
      .add(what.base.suite)
      .add_all(identities(what.base.debs))
      .finish();
}

store::TreeKey key_of(const BaseLayerTree& what) {
  return KeyBuilder("base layer").add(what.layer.diff_id).finish();
}

store::TreeKey key_of(const SystemTree& what, std::span<const store::TreeKey> below) {
  return KeyBuilder("system").add_all(below).add_all(identities(what.debs)).finish();
}

store::TreeKey key_of(const VenvTree& what, const InstallScheme& scheme) {
  return KeyBuilder("venv")
      .add(scheme.prefix)
      .add(scheme.python_version)
      .add(what.python_executable)
      .add(what.python_full_version)
      .finish();
}

store::TreeKey key_of(const WheelTree& what, const InstallScheme& scheme) {
  return KeyBuilder("wheel")
      .add(what.name)
      .add(what.wheel.sha256)
      .add(scheme.prefix)
      .add(scheme.python_version)
      .add(what.direct_url.value_or(""))
      .finish();
}

store::TreeKey key_of(const EditableTree& what, const InstallScheme& scheme) {
  return KeyBuilder("editable")
      .add(what.name)
      .add(what.version)
      .add(what.path)
      .add(scheme.prefix)
      .add(scheme.python_version)
      .finish();
}

store::TreeKey key_of(const SetupTree& what, std::span<const store::TreeKey> below,
                      const std::vector<std::pair<std::string, std::string>>& env) {
  KeyBuilder key("setup");
  key.add_all(below).add_all(what.commands).add(std::to_string(env.size()));
  for (const auto& [name, value] : env) key.add(name).add(value);
  return key.finish();
}

store::LayerKey layer_key(std::span<const TreePlan> trees) {
  KeyBuilder key("layer");
  key.add(std::to_string(trees.size()));
  for (const TreePlan& tree : trees) key.add(tree.key);
  return key.finish();
}

}  // namespace envtool::image
