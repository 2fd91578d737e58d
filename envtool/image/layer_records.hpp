#pragma once
// Collects the trees of a plan as they come to be, and makes each layer's record once it has all of its own.
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "envtool/image/image.hpp"

namespace envtool::image {

class LayerRecords {
 public:
  LayerRecords(const ImagePlan& plan, const store::Store& store);

  /// Any thread. The thread that brings a layer's last tree also takes the digest of its tar.
  /// Errors: io.
  Result<void> add(store::Tree tree);
  [[nodiscard]] bool has(const store::TreeKey& key) const;
  /// Trees of the plan's layers [0, `layers`), bottom first. All must be there.
  [[nodiscard]] std::vector<store::Tree> below(std::size_t layers) const;
  /// In the order of the plan. All must be there.
  [[nodiscard]] std::vector<store::LayerRecord> records() const;

 private:
  struct Layer {
    const LayerPlan* plan;
    std::size_t missing;  ///< trees
    std::optional<store::LayerRecord> record;
  };
  Result<void> complete(Layer& layer);
  const store::Store& store_;
  mutable std::mutex mutex_;
  std::vector<Layer> layers_;
  std::unordered_map<store::TreeKey, store::Tree> trees_;
  std::unordered_multimap<store::TreeKey, std::size_t> layers_of_;
};

}  // namespace envtool::image
