#pragma once
#include "tests/unit/store/scratch.hpp"

/// An image of layers of trees, each named by its key; trees that are not there yet are made with opt/<key>
/// and opt/shared.
inline envtool::store::ImageId put_image(const envtool::store::Store& store, const std::string& name,
                                         const std::vector<std::vector<std::string>>& layers) {
  using envtool::Digest;
  std::vector<Digest> keys;
  for (const auto& trees : layers) {
    envtool::store::LayerRecord layer{
        Digest::of("layer " + trees.front() + trees.back()), Digest::of("diff " + trees.front()), {10}, {}};
    for (const std::string& tree : trees) {
      if (!store.find_tree(Digest::of(tree)))
        put_tree(store, tree, {{"opt/" + tree, tree}, {"opt/shared", tree}});
      layer.trees.push_back(Digest::of(tree));
    }
    REQUIRE(store.put_layer(layer));
    keys.push_back(layer.key);
  }
  return store.put_image("config " + name, "manifest " + name, keys).value();
}
