#pragma once
#include <filesystem>

#include "envtool/image/attributes.hpp"
#include "envtool/image/make_context.hpp"

namespace envtool::image {

/// The last steps of every tree that scripts or foreign archives wrote: normalise, hash as a layer, adopt.
/// In:     `<temporary>/root`, the trees that it lies over, and what is known of its owners.
/// Errors: as normalise, write_layer_tar, Store::adopt_tree.
Result<store::Tree> finish_tree(const store::TreeKey& key, const std::filesystem::path& temporary,
                                std::span<const store::Tree> below, Attributes attributes,
                                MakeContext& context);

}  // namespace envtool::image
