#pragma once
// Many wheels at once: some are fetched while others are unpacked, largest first.
#include <functional>
#include <vector>

#include "envtool/image/make_context.hpp"

namespace envtool::image {

struct WheelJob {
  store::TreeKey key;
  const WheelTree* what = nullptr;
};

/// Have all of them in the store. `on_tree` is called from any thread, once for each.
/// Out:    bytes that came over the network.
/// Errors: the first of fetch_wheel and unpack_to_store; the others are stopped.
Result<ByteCount> make_wheel_trees(std::vector<WheelJob> jobs, MakeContext& context,
                                   const std::function<Result<void>(store::Tree, bool made)>& on_tree);

}  // namespace envtool::image
