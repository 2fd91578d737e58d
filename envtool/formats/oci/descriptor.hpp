#pragma once
// OCI image-spec 1.1 descriptors (descriptor.md) and media types (media-types.md).
#include <string>
#include <utility>
#include <vector>

#include "envtool/support/byte_count.hpp"
#include "envtool/support/digest.hpp"
#include "envtool/support/platform.hpp"

namespace envtool::oci {

namespace media_type {
inline constexpr const char* kIndex = "application/vnd.oci.image.index.v1+json";
inline constexpr const char* kManifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr const char* kConfig = "application/vnd.oci.image.config.v1+json";
inline constexpr const char* kLayer = "application/vnd.oci.image.layer.v1.tar";
inline constexpr const char* kLayerGzip = "application/vnd.oci.image.layer.v1.tar+gzip";
inline constexpr const char* kLayerZstd = "application/vnd.oci.image.layer.v1.tar+zstd";
}  // namespace media_type

/// Pairs keep the order they are written in; sort them where it must not matter.
using Annotations = std::vector<std::pair<std::string, std::string>>;

struct Descriptor {
  std::string media_type;
  Digest digest;
  ByteCount size;
  Annotations annotations = {};
  std::vector<Platform> platform = {};  ///< in an index: one; else none
  bool operator==(const Descriptor&) const = default;
};

}  // namespace envtool::oci
