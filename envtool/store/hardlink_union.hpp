#pragma once
// Many trees seen as one, without copying bytes.
#include <cstdint>
#include <filesystem>
#include <vector>

#include "envtool/support/result.hpp"

namespace envtool::store {

struct UnionCounts {
  std::uint64_t linked = 0, copied = 0, folders = 0;
};

/// Make `out` (absent until now) hold every entry of `trees` as a hard link, a later tree winning. Folders
/// get the mode and the mtime of the last tree that has them. Where the file system gives no further link
/// (EMLINK: ext4 has 65,000; EXDEV, EPERM, ENOTSUP) the file is copied. Nothing may ever write through the
/// result: its files are the trees'.
/// Errors: io.
Result<UnionCounts> hardlink_union(const std::vector<std::filesystem::path>& trees,
                                   const std::filesystem::path& out);

}  // namespace envtool::store
