#pragma once
// A layer's tar from trees in the store: a pure function of what they hold (OCI image-spec, layer.md).
#include <span>

#include "envtool/formats/archive/byte_stream.hpp"
#include "envtool/store/store.hpp"

namespace envtool::image {

struct LayerTar {
  Digest diff_id;
  ByteCount size;
};

/// Write the union of `trees` (a later one wins) to `sink`: entries in byte order of their paths, parents
/// first, owners and other attributes from the trees' records, else 0:0; mtimes of files as on disk, without
/// fractions. Overlay whiteouts become ".wh." files and opaque folders ".wh..wh..opq" (layer.md,
/// "Whiteouts"). An empty sink only computes the digest.
/// Errors: io, the sink's; cancelled.
Result<LayerTar> write_layer_tar(std::span<const store::Tree> trees, const archive::Sink& sink);

}  // namespace envtool::image
