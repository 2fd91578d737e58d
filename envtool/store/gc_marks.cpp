#include "envtool/store/gc_marks.hpp"

#include <sys/stat.h>

#include <cerrno>

#include "envtool/store/lowers.hpp"
#include "envtool/support/files.hpp"

namespace envtool::store {
namespace fs = std::filesystem;
namespace {

constexpr ByteCount kLargestText = 64_MiB;

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

// Every run of exactly 64 hexadecimal digits.
void collect_digests(std::string_view text, std::set<Digest>& out) {
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && is_hex(text[end])) ++end;
    if (end - i == 64)
      if (auto digest = Digest::parse(text.substr(i, 64))) out.insert(*digest);
    i = end + 1;
  }
}

}  // namespace

bool is_alive(const Root& root) {
  struct stat status {};
  if (::stat((root.project / "env.lock").c_str(), &status) == 0) return true;
  if (errno != ENOENT && errno != ENOTDIR) return true;
  // Also gone when the folder around it is: that may be a disk that is not mounted now.
  return ::stat(root.project.parent_path().c_str(), &status) != 0;
}

std::set<Digest> mounted_keys() {
  std::set<Digest> out;
  std::set<std::string> seen;
  std::error_code error;
  for (fs::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().native();
    if (name.empty() || name[0] < '0' || name[0] > '9') continue;
    std::error_code unreadable;
    const fs::path space = fs::read_symlink(it->path() / "ns/mnt", unreadable);
    if (!unreadable && !seen.insert(space.native()).second) continue;
    if (auto text = read_file(it->path() / "mountinfo", kLargestText)) collect_digests(*text, out);
  }
  return out;
}

Marks mark(const Store& store, const std::vector<Root>& living, const std::set<Digest>& mounted) {
  Marks marks;
  marks.trees = marks.unions = mounted;
  for (const Root& root : living) {
    marks.images.insert(root.images.begin(), root.images.end());
    // A lock names the wheels and layers it wants by digest; the store need not know its grammar.
    if (auto lock = read_file(root.project / "env.lock", kLargestText)) collect_digests(*lock, marks.blobs);
  }
  for (auto it = marks.images.begin(); it != marks.images.end();) {
    const auto image = store.find_image(*it);
    if (!image) {
      it = marks.images.erase(it);
      continue;
    }
    for (const LayerKey& key : image->layers) {
      marks.layers.insert(key);
      if (const auto layer = store.find_layer(key))
        marks.trees.insert(layer->trees.begin(), layer->trees.end());
    }
    if (const auto runs = lower_runs(store, *image))
      for (const auto& run : *runs)
        if (run.size() > 1) marks.unions.insert(union_key(run));
    ++it;
  }
  return marks;
}

}  // namespace envtool::store
