#pragma once
// Names of trees and layers: digests over what determines their bytes. Pure.
#include <span>
#include <string_view>

#include "envtool/image/image.hpp"

namespace envtool::image {

/// `below`: keys of the trees under it, for those made by running something on top of them.
store::TreeKey key_of(const BaseTree& what, const Platform& platform);
store::TreeKey key_of(const BaseLayerTree& what);
store::TreeKey key_of(const SystemTree& what, std::span<const store::TreeKey> below);
store::TreeKey key_of(const VenvTree& what, const InstallScheme& scheme);
store::TreeKey key_of(const WheelTree& what, const InstallScheme& scheme);
/// What pyproject.toml says joins it when the tree is made (see editable_tree.hpp).
store::TreeKey key_of(const EditableTree& what, const InstallScheme& scheme);
store::TreeKey key_of(const SetupTree& what, std::span<const store::TreeKey> below,
                      const std::vector<std::pair<std::string, std::string>>& env);
store::LayerKey layer_key(std::span<const TreePlan> trees);

}  // namespace envtool::image
