#pragma once
// Where things are in the store's folder; the only place that spells these names.
#include <filesystem>

#include "envtool/support/digest.hpp"

namespace envtool::store::layout {

namespace fs = std::filesystem;

inline fs::path blobs(const fs::path& store) { return store / "blobs" / "sha256"; }
inline fs::path blob(const fs::path& store, const Digest& digest) {
  const std::string hex = digest.hex();
  return blobs(store) / hex.substr(0, 2) / hex;
}
inline fs::path tree(const fs::path& store, const Digest& key) {
  const std::string hex = key.hex();
  return store / "trees" / hex.substr(0, 2) / hex;
}
inline fs::path layer(const fs::path& store, const Digest& key) { return store / "layers" / key.hex(); }
inline fs::path image(const fs::path& store, const Digest& id) { return store / "images" / id.hex(); }
inline fs::path rootfs(const fs::path& store, const Digest& key) { return store / "rootfs" / key.hex(); }
inline fs::path plan(const fs::path& store, const Digest& key) { return store / "plans" / key.hex(); }
inline fs::path lock(const fs::path& store, const Digest& key) { return store / "locks" / key.hex(); }
inline fs::path building(const fs::path& store) { return store / "locks" / "building"; }
inline fs::path temporaries(const fs::path& store) { return store / "tmp"; }
inline constexpr const char* kRoot = "root";
inline constexpr const char* kRecord = "record";

}  // namespace envtool::store::layout
