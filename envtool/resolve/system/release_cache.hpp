#pragma once
// Private to resolve/system: Releases that were verified, as the cache keeps them.
#include <chrono>
#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "envtool/support/digest.hpp"

namespace envtool::resolve::system {

/// A paragraph about it, an empty line, the text that was signed.
struct CachedRelease {
  std::string etag, last_modified, signer, text;
  Digest in_release;  ///< of the InRelease file as served
  std::chrono::sys_seconds fetched{};
};

/// Nullopt also when the file is damaged or its signer is not one of `signers`.
std::optional<CachedRelease> read_cached(const std::filesystem::path& path,
                                         const std::set<std::string>& signers);
/// A cache that cannot be written costs time, not the result.
void write_cached(const std::filesystem::path& path, const CachedRelease& cached);

}  // namespace envtool::resolve::system
