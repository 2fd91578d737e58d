#pragma once
// Measuring and removing entries. Nothing here writes: gc has to work on a full disk.
#include <filesystem>
#include <set>
#include <vector>

#include "envtool/store/gc_marks.hpp"
#include "envtool/store/store.hpp"

namespace envtool::store {

/// Bytes on the disk below `path`. With `shared_links`, files of several names count nothing: in a union
/// they are the trees'.
ByteCount disk_use(const std::filesystem::path& path, bool shared_links = false);

/// Of all entries of the store.
ByteCount store_use(const std::filesystem::path& folder);

class Sweeper {
 public:
  Sweeper(const std::filesystem::path& folder, bool dry_run) : folder_(folder), dry_run_(dry_run) {}

  /// Temporary folders of dead processes, downloads and lock files that nobody works on.
  Result<void> leftovers();
  /// Entries outside `marks`. Plans go first when anything goes: they name trees, and are quickly made again.
  Result<void> unmarked(const Marks& marks);
  /// One entry. Its record goes first, so that it is absent however far the removal gets. Errors: io.
  Result<void> remove(const std::filesystem::path& path, bool shared_links = false);
  Result<void> plans();

  ByteCount freed;
  std::uint64_t removed = 0;

 private:
  Result<void> folder_outside(const std::filesystem::path& parent, const std::set<Digest>& keep,
                              bool shared_links = false);
  const std::filesystem::path& folder_;
  bool dry_run_;
  std::set<std::filesystem::path> gone_;  ///< a dry run counts each once
};

}  // namespace envtool::store
