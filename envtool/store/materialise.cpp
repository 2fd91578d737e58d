#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "envtool/store/hardlink_union.hpp"
#include "envtool/store/layout.hpp"
#include "envtool/store/sealed_file.hpp"
#include "envtool/store/store.hpp"
#include "envtool/store/temporary.hpp"

namespace envtool::store {
namespace fs = std::filesystem;
namespace {

// Every lower costs each look-up in the container a little, and lookups are what an import is made of; a
// union costs some 10 us a file once. So any run worth joining is joined, but never the bottom tree: it is
// the base, the largest and the most shared.
constexpr std::size_t flatten_above = 1;

Digest union_key(const std::vector<Tree>& trees) {
  Sha256 hash;
  hash.update("envtool rootfs 1\n");
  for (const Tree& tree : trees) hash.update(tree.key.hex() + "\n");
  return hash.finish();
}

Result<fs::path> joined(const fs::path& folder, const std::vector<Tree>& trees) {
  const Digest key = union_key(trees);
  const fs::path path = layout::rootfs(folder, key);
  if (read_sealed(folder, path / layout::kRecord)) return path / layout::kRoot;
  ENVTOOL_TRY(const FileLock lock, FileLock::acquire(layout::lock(folder, key)));
  if (read_sealed(folder, path / layout::kRecord)) return path / layout::kRoot;

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
  return path / layout::kRoot;
}

}  // namespace

Result<Rootfs> Store::materialise(const ImageId& image, Events& events) const {
  const auto found = find_image(image);
  if (!found)
    return fail(Code::not_found, "image " + image.str() + " is not in the store", "run `env build`");
  ENVTOOL_TRY(const FileLock building_lock, building());
  std::vector<std::vector<Tree>> runs;
  for (const LayerKey& key : found->layers) {
    const auto layer = find_layer(key);
    if (!layer)
      return fail(Code::not_found, "layer " + key.hex() + " is not in the store", "run `env build`");
    for (const TreeKey& tree_key : layer->trees) {
      auto tree = find_tree(tree_key);
      if (!tree)
        return fail(Code::not_found, "tree " + tree_key.hex() + " is not in the store", "run `env build`");
      const bool alone = runs.size() <= 1 || tree->record.whiteouts || runs.back().back().record.whiteouts;
      if (alone) runs.emplace_back();
      runs.back().push_back(std::move(*tree));
    }
  }
  events.progress({Stage::materialise, "materialise", "laying out the root file system", 0, 0,
                   Progress::Unit::items, false});
  Rootfs out{image, {}, layout::pycache(folder_, image)};
  for (const auto& run : runs) {
    if (run.size() <= flatten_above) {
      for (const Tree& tree : run) out.lowers.push_back(tree.root);
      continue;
    }
    ENVTOOL_TRY(fs::path root, joined(folder_, run));
    out.lowers.push_back(std::move(root));
  }
  ENVTOOL_CHECK(make_directories(out.pycache, 0700));
  events.progress({Stage::materialise, "materialise", "laying out the root file system", 1, 1,
                   Progress::Unit::items, true});
  return out;
}

}  // namespace envtool::store
