#include "envtool/store/verify.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "envtool/store/layout.hpp"
#include "envtool/support/files.hpp"

namespace envtool::store {
namespace fs = std::filesystem;
namespace {

std::vector<std::pair<Digest, fs::path>> named_by_digest(const fs::path& folder, bool sharded) {
  std::vector<std::pair<Digest, fs::path>> out;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (sharded) {
      auto below = named_by_digest(it->path(), false);
      out.insert(out.end(), below.begin(), below.end());
    } else if (auto digest = Digest::parse(it->path().filename().native())) {
      out.emplace_back(*digest, it->path());
    }
  }
  return out;
}

Result<Digest> hash_file(const fs::path& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return fail_errno("open", path.native());
  Sha256 hash;
  std::string buffer(256 << 10, '\0');
  for (;;) {
    const ssize_t size = ::read(fd.get(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return fail_errno("read", path.native());
    if (size == 0) return hash.finish();
    hash.update(std::string_view(buffer).substr(0, static_cast<std::size_t>(size)));
  }
}

void verify_blobs(const Store& store, std::vector<Corrupt>& out) {
  for (const auto& [digest, path] : named_by_digest(layout::blobs(store.folder()), true)) {
    const auto actual = hash_file(path);
    if (actual && *actual == digest) continue;
    out.push_back({{path},
                   "blob " + digest.str() +
                       (actual ? " has the bytes of " + actual->str() : ": " + actual.error().what)});
  }
}

// What is wrong with the trees as one layer, or nothing.
std::string fault(const std::vector<Tree>& trees, const Digest& diff_id, const GcOptions& options) {
  const auto actual = options.diff_id(trees);
  if (!actual) return actual.error().what;
  const Digest& wanted = trees.size() == 1 && trees[0].record.own_tar ? *trees[0].record.own_tar : diff_id;
  return *actual == wanted ? std::string() : "its files changed after it was made";
}

void verify_layers(const Store& store, const GcOptions& options, Events& events, std::vector<Corrupt>& out) {
  const auto layers = named_by_digest(store.folder() / "layers", false);
  std::uint64_t done = 0;
  for (const auto& [key, path] : layers) {
    events.progress({Stage::assemble, "verify", "verifying layers", ++done, layers.size(),
                     Progress::Unit::items, done == layers.size()});
    const auto layer = store.find_layer(key);
    if (!layer) {
      out.push_back({{path}, "layer " + key.hex() + " has no whole record"});
      continue;
    }
    std::vector<Tree> trees;
    Corrupt corrupt{{path}, {}};
    for (const TreeKey& tree_key : layer->trees) {
      auto tree = store.find_tree(tree_key);
      if (!tree) continue;
      corrupt.paths.push_back(tree->root.parent_path());
      trees.push_back(std::move(*tree));
    }
    if (trees.size() != layer->trees.size() || !options.diff_id) continue;
    const std::string what = fault(trees, layer->diff_id, options);
    if (what.empty()) continue;
    corrupt.sentence = "layer " + layer->diff_id.str() + ": " + what;
    out.push_back(std::move(corrupt));
  }
}

void verify_trees(const Store& store, std::vector<Corrupt>& out) {
  for (const auto& [key, path] : named_by_digest(store.folder() / "trees", true))
    if (!store.find_tree(key)) out.push_back({{path}, "tree " + key.hex() + " has no whole record"});
}

void verify_images(const Store& store, std::vector<Corrupt>& out) {
  for (const auto& [id, path] : named_by_digest(store.folder() / "images", false))
    if (!store.find_image(id))
      out.push_back({{path}, "image " + id.str() + " has not the bytes it is named by"});
}

}  // namespace

std::vector<Corrupt> find_corrupt(const Store& store, const GcOptions& options, Events& events) {
  std::vector<Corrupt> out;
  verify_blobs(store, out);
  verify_images(store, out);
  verify_trees(store, out);
  verify_layers(store, options, events, out);
  return out;
}

}  // namespace envtool::store
