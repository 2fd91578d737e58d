#include <algorithm>

#include "envtool/store/gc_marks.hpp"
#include "envtool/store/gc_sweep.hpp"
#include "envtool/store/layout.hpp"
#include "envtool/store/store.hpp"
#include "envtool/store/verify.hpp"

namespace envtool::store {
namespace fs = std::filesystem;
namespace {

Result<FileLock> wait_for_builds(const fs::path& folder, Events& events) {
  ENVTOOL_TRY(FileLock lock, FileLock::try_acquire(layout::building(folder)));
  if (lock.held()) return lock;
  events.note("waiting for a build to end");
  return FileLock::acquire(layout::building(folder));
}

Result<void> remove_corrupt(const Store& store, const GcOptions& options, Events& events, Sweeper& sweeper,
                            GcReport& report) {
  for (const Corrupt& corrupt : find_corrupt(store, options, events)) {
    report.corrupt.push_back(corrupt.sentence);
    for (const fs::path& path : corrupt.paths) ENVTOOL_CHECK(sweeper.remove(path));
  }
  if (report.corrupt.empty()) return {};
  // Unions hold the same files by other names.
  std::error_code error;
  for (fs::directory_iterator it(store.folder() / "rootfs", error), end; !error && it != end;
       it.increment(error))
    ENVTOOL_CHECK(sweeper.remove(it->path(), true));
  return sweeper.plans();
}

// The least recently used projects lose their images until the rest fits.
Result<void> shrink(const Store& store, ByteCount keep, bool dry_run, std::vector<Root> living,
                    const std::set<Digest>& mounted, Sweeper& sweeper) {
  // What a dry run has counted as freed is still there to be measured.
  const std::uint64_t measured = store_use(store.folder()).value, gone = dry_run ? 0 : sweeper.freed.value;
  const auto left = [&] { return measured - std::min(measured, sweeper.freed.value - gone); };
  std::sort(living.begin(), living.end(), [](const Root& a, const Root& b) { return a.used > b.used; });
  while (left() > keep.value && !living.empty()) {
    living.pop_back();
    ENVTOOL_CHECK(sweeper.unmarked(mark(store, living, mounted)));
  }
  return {};
}

}  // namespace

Result<GcReport> Store::gc(const GcOptions& options, Events& events) const {
  FileLock lock;
  if (!options.dry_run) {
    ENVTOOL_TRY(lock, wait_for_builds(folder_, events));
  }
  GcReport report;
  Sweeper sweeper(folder_, options.dry_run);
  ENVTOOL_CHECK(sweeper.leftovers());
  if (options.verify) ENVTOOL_CHECK(remove_corrupt(*this, options, events, sweeper, report));

  std::vector<Root> living;
  for (Root& root : roots()) {
    if (is_alive(root)) {
      living.push_back(std::move(root));
    } else {
      ENVTOOL_CHECK(sweeper.remove(folder_ / "roots" / Digest::of(root.project.native()).hex()));
    }
  }
  const std::set<Digest> mounted = mounted_keys();
  ENVTOOL_CHECK(sweeper.unmarked(mark(*this, living, mounted)));
  if (options.keep)
    ENVTOOL_CHECK(shrink(*this, *options.keep, options.dry_run, std::move(living), mounted, sweeper));

  report.freed = sweeper.freed;
  report.removed = sweeper.removed;
  report.left = store_use(folder_);
  if (options.dry_run) report.left.value -= std::min(report.left.value, report.freed.value);
  return report;
}

}  // namespace envtool::store
