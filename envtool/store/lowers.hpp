#pragma once
// Which trees of an image become one overlay lower: shared by materialise and by gc, which keeps unions of
// images that live.
#include <vector>

#include "envtool/store/store.hpp"

namespace envtool::store {

/// The image's trees, bottom first, in runs; a run of more than one is joined into a hardlinked union.
/// Errors: not_found, naming what is absent.
Result<std::vector<std::vector<Tree>>> lower_runs(const Store& store, const Store::Image& image);

/// The name of a union in rootfs/.
Digest union_key(const std::vector<Tree>& trees);

}  // namespace envtool::store
