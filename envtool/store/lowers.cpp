#include "envtool/store/lowers.hpp"

namespace envtool::store {
namespace {

// A union costs some 10 us a file whenever anything in it changes; beyond this a lower of its own is cheaper.
constexpr std::uint64_t kLargeTree = 5000;

bool stands_alone(const TreeRecord& record) { return record.whiteouts || record.entries > kLargeTree; }

}  // namespace

Result<std::vector<std::vector<Tree>>> lower_runs(const Store& store, const Store::Image& image) {
  // Every lower costs each look-up in the container a little, and look-ups are what an import is made of; a
  // union costs little once. So any run is joined, but never the bottom tree: it is the base, the largest and
  // the most shared.
  std::vector<std::vector<Tree>> runs;
  for (const LayerKey& key : image.layers) {
    const auto layer = store.find_layer(key);
    if (!layer)
      return fail(Code::not_found, "layer " + key.hex() + " is not in the store", "run `env build`");
    for (const TreeKey& tree_key : layer->trees) {
      auto tree = store.find_tree(tree_key);
      if (!tree)
        return fail(Code::not_found, "tree " + tree_key.hex() + " is not in the store", "run `env build`");
      const bool alone =
          runs.size() <= 1 || stands_alone(tree->record) || stands_alone(runs.back().back().record);
      if (alone) runs.emplace_back();
      runs.back().push_back(std::move(*tree));
    }
  }
  return runs;
}

Digest union_key(const std::vector<Tree>& trees) {
  Sha256 hash;
  hash.update("envtool rootfs 1\n");
  for (const Tree& tree : trees) hash.update(tree.key.hex() + "\n");
  return hash.finish();
}

}  // namespace envtool::store
