#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "envtool/store/hardlink_union.hpp"
#include "envtool/store/layout.hpp"
#include "envtool/store/lowers.hpp"
#include "envtool/store/sealed_file.hpp"
#include "envtool/store/store.hpp"
#include "envtool/store/temporary.hpp"

namespace envtool::store {
namespace fs = std::filesystem;
namespace {

Result<fs::path> joined(const fs::path& folder, const std::vector<Tree>& trees, Events& events) {
  const Digest key = union_key(trees);
  const fs::path path = layout::rootfs(folder, key);
  if (read_sealed(folder, path / layout::kRecord)) return path / layout::kRoot;
  ENVTOOL_TRY(const FileLock lock, FileLock::acquire(layout::lock(folder, key)));
  if (read_sealed(folder, path / layout::kRecord)) return path / layout::kRoot;

  const Progress start{Stage::materialise,    "materialise", "laying out the root file system", 0, 1,
                       Progress::Unit::items, false};
  events.progress(start);
  ENVTOOL_TRY(const fs::path temporary, make_temporary_folder(folder));
  std::vector<fs::path> roots;
  std::string body;
  for (const Tree& tree : trees) {
    roots.push_back(tree.root);
    body.append(tree.key.hex()).append("\n");
  }
  auto counts = hardlink_union(roots, temporary / layout::kRoot);
  if (!counts) {
    (void)remove_tree(temporary);
    return fail(std::move(counts).error());
  }
  ENVTOOL_CHECK(write_sealed(temporary / layout::kRecord, body));
  // Under the lock only an entry that does not count can be in the way.
  ENVTOOL_CHECK(discard(folder, path));
  if (::rename(temporary.c_str(), path.c_str()) != 0) return fail_errno("rename to", path.native());
  Progress end = start;
  end.done = 1;
  end.finished = true;
  events.progress(end);
  return path / layout::kRoot;
}

}  // namespace

Result<Rootfs> Store::materialise(const ImageId& image, Events& events) const {
  const auto found = find_image(image);
  if (!found)
    return fail(Code::not_found, "image " + image.str() + " is not in the store", "run `env build`");
  ENVTOOL_TRY(const FileLock building_lock, building());
  ENVTOOL_TRY(const auto runs, lower_runs(*this, *found));
  Rootfs out{image, {}};
  for (const auto& run : runs) {
    if (run.size() == 1) {
      out.lowers.push_back(run.front().root);
      continue;
    }
    ENVTOOL_TRY(fs::path root, joined(folder_, run, events));
    out.lowers.push_back(std::move(root));
  }
  return out;
}

}  // namespace envtool::store
