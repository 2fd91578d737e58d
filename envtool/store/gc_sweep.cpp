#include "envtool/store/gc_sweep.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "envtool/store/layout.hpp"
#include "envtool/store/temporary.hpp"
#include "envtool/support/files.hpp"

namespace envtool::store {
namespace fs = std::filesystem;
namespace {

std::vector<fs::path> children(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    out.push_back(it->path());
  return out;
}

std::uint64_t own_use(const fs::path& path, bool shared_links) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return 0;
  if (shared_links && !S_ISDIR(status.st_mode) && status.st_nlink > 1) return 0;
  return static_cast<std::uint64_t>(status.st_blocks) * 512;
}

}  // namespace

ByteCount disk_use(const fs::path& path, bool shared_links) {
  ByteCount total{own_use(path, shared_links)};
  std::error_code error;
  for (fs::recursive_directory_iterator it(path, fs::directory_options::skip_permission_denied, error), end;
       !error && it != end; it.increment(error))
    total += {own_use(it->path(), shared_links)};
  return total;
}

ByteCount store_use(const fs::path& folder) {
  ByteCount total;
  for (const fs::path& path : children(folder))
    if (path.filename() != "settled" && path.filename() != "locks")
      total += disk_use(path, path.filename() == "rootfs");
  return total;
}

Result<void> Sweeper::remove(const fs::path& path, bool shared_links) {
  if (dry_run_ && !gone_.insert(path).second) return {};
  const ByteCount size = disk_use(path, shared_links);
  if (!dry_run_) {
    ::unlink((path / layout::kRecord).c_str());
    ENVTOOL_CHECK(remove_tree(path));
  }
  freed += size;
  ++removed;
  return {};
}

Result<void> Sweeper::plans() {
  for (const fs::path& path : children(folder_ / "plans")) ENVTOOL_CHECK(remove(path));
  return {};
}

Result<void> Sweeper::leftovers() {
  for (const fs::path& path : children(folder_ / "tmp"))
    if (!owner_is_alive(path.filename().native())) ENVTOOL_CHECK(remove(path));
  for (const fs::path& path : children(folder_ / "partial")) {
    // "<digest>" or "<digest>.part". Without a lock file nobody works on it, and a full disk may refuse one.
    const fs::path lock_path = folder_ / "locks" / path.filename().native().substr(0, 64);
    FileLock lock;
    if (std::error_code error; fs::exists(lock_path, error)) {
      ENVTOOL_TRY(lock, FileLock::try_acquire(lock_path));
      if (!lock.held()) continue;
    }
    ENVTOOL_CHECK(remove(path));
  }
  for (const fs::path& path : children(folder_ / "locks")) {
    if (path == layout::building(folder_) || dry_run_) continue;
    ENVTOOL_TRY(const FileLock lock, FileLock::try_acquire(path));
    if (lock.held() && ::unlink(path.c_str()) != 0 && errno != ENOENT)
      return fail_errno("remove", path.native());
  }
  return {};
}

Result<void> Sweeper::folder_outside(const fs::path& parent, const std::set<Digest>& keep,
                                     bool shared_links) {
  for (const fs::path& path : children(parent)) {
    const auto key = Digest::parse(path.filename().native());
    if (key && keep.contains(*key)) continue;
    ENVTOOL_CHECK(remove(path, shared_links));
  }
  return {};
}

Result<void> Sweeper::unmarked(const Marks& marks) {
  const std::uint64_t before = removed;
  // Images before what they are made of: an image that is there is whole.
  ENVTOOL_CHECK(folder_outside(folder_ / "images", marks.images));
  ENVTOOL_CHECK(folder_outside(folder_ / "layers", marks.layers));
  ENVTOOL_CHECK(folder_outside(folder_ / "rootfs", marks.unions, true));
  for (const fs::path& shard : children(folder_ / "trees")) ENVTOOL_CHECK(folder_outside(shard, marks.trees));
  for (const fs::path& shard : children(layout::blobs(folder_)))
    ENVTOOL_CHECK(folder_outside(shard, marks.blobs));
  if (removed != before) ENVTOOL_CHECK(plans());
  return {};
}

}  // namespace envtool::store
