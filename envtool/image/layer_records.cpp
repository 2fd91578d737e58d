#include "envtool/image/layer_records.hpp"

#include "envtool/image/layer_tar.hpp"

namespace envtool::image {

LayerRecords::LayerRecords(const ImagePlan& plan, const store::Store& store) : store_(store) {
  layers_.reserve(plan.layers.size());
  for (const LayerPlan& layer : plan.layers) {
    for (const TreePlan& tree : layer.trees) layers_of_.emplace(tree.key, layers_.size());
    layers_.push_back({&layer, layer.trees.size(), store.find_layer(layer.key)});
  }
}

bool LayerRecords::has(const store::TreeKey& key) const {
  const std::scoped_lock lock(mutex_);
  return trees_.contains(key);
}

Result<void> LayerRecords::add(store::Tree tree) {
  std::vector<Layer*> complete_now;
  {
    const std::scoped_lock lock(mutex_);
    const store::TreeKey key = tree.key;
    if (!trees_.emplace(key, std::move(tree)).second) return {};
    const auto [begin, end] = layers_of_.equal_range(key);
    for (auto at = begin; at != end; ++at) {
      Layer& layer = layers_[at->second];
      if (--layer.missing == 0 && !layer.record) complete_now.push_back(&layer);
    }
  }
  for (Layer* layer : complete_now) ENVTOOL_CHECK(complete(*layer));
  return {};
}

Result<void> LayerRecords::complete(Layer& layer) {
  std::vector<store::Tree> trees;
  {
    const std::scoped_lock lock(mutex_);
    for (const TreePlan& tree : layer.plan->trees) trees.push_back(trees_.at(tree.key));
  }
  store::LayerRecord record;
  record.key = layer.plan->key;
  for (const store::Tree& tree : trees) record.trees.push_back(tree.key);
  if (trees.size() == 1 && trees.front().record.diff_id) {
    record.diff_id = *trees.front().record.diff_id;
    record.tar_size = trees.front().record.tar_size;
  } else {
    ENVTOOL_TRY(const LayerTar tar, write_layer_tar(trees, {}));
    record.diff_id = tar.diff_id;
    record.tar_size = tar.size;
  }
  ENVTOOL_CHECK(store_.put_layer(record));
  const std::scoped_lock lock(mutex_);
  layer.record = std::move(record);
  return {};
}

std::vector<store::Tree> LayerRecords::below(std::size_t layers) const {
  const std::scoped_lock lock(mutex_);
  std::vector<store::Tree> trees;
  for (std::size_t i = 0; i < layers; ++i)
    for (const TreePlan& tree : layers_[i].plan->trees) trees.push_back(trees_.at(tree.key));
  return trees;
}

std::vector<store::LayerRecord> LayerRecords::records() const {
  const std::scoped_lock lock(mutex_);
  std::vector<store::LayerRecord> records;
  for (const Layer& layer : layers_) records.push_back(*layer.record);
  return records;
}

}  // namespace envtool::image
