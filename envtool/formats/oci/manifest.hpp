#pragma once
// OCI image-spec 1.1: image manifest (manifest.md) and image index (image-index.md). Docker's schema 2 media
// types are read too: registries still answer with them.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "envtool/formats/oci/descriptor.hpp"
#include "envtool/support/result.hpp"

namespace envtool::oci {

struct Manifest {
  std::string media_type = media_type::kManifest;
  Descriptor config;
  std::vector<Descriptor> layers;  ///< bottom first
  Annotations annotations = {};
  bool operator==(const Manifest&) const = default;
};

struct Index {
  std::string media_type = media_type::kIndex;
  std::vector<Descriptor> manifests;
  Annotations annotations = {};
  bool operator==(const Index&) const = default;
  /// The manifest for a platform; a variant (arm64/v8) is not looked at. Attestations ("unknown/unknown")
  /// never match.
  [[nodiscard]] const Descriptor* find(const Platform& platform) const;
};

/// The one text for these values: fixed order of keys, no spaces. `parse_manifest(render(x)) == x`.
std::string render(const Manifest& manifest);
std::string render(const Index& index);

/// Errors: bad_input (`object` names it) — not JSON, a missing or malformed field, another schema version.
Result<Manifest> parse_manifest(std::string_view json, std::string_view object);
Result<Index> parse_index(std::string_view json, std::string_view object);
/// Whether a document with this media type (or, where a registry sends none, this content) is an index.
bool is_index(std::string_view media_type, std::string_view json);

}  // namespace envtool::oci
