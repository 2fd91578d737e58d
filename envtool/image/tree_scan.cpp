#include "envtool/image/tree_scan.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <unordered_map>

#include "envtool/image/tree_writer.hpp"

namespace envtool::image {
namespace {

using archive::TarEntry;
using Union = std::map<std::string, ScannedEntry>;

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

class Scanner {
 public:
  Scanner(const store::Tree& tree, std::size_t index, Union& entries)
      : tree_(tree), index_(index), entries_(entries) {
    for (const store::EntryAttributes& attributes : tree.record.attributes)
      attributes_.emplace(attributes.path, &attributes);
  }

  Result<void> run() {
    UniqueFd root(::open(tree_.root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!root) return fail_errno("cannot open the tree", tree_.root.string());
    ENVTOOL_CHECK(folder(std::move(root), ""));
    // What an ordinary user cannot make on disk stands in the record only.
    for (const store::EntryAttributes& attributes : tree_.record.attributes) {
      if (attributes.device_type == 0 || entries_.contains(attributes.path)) continue;
      ScannedEntry entry;
      entry.tar.path = attributes.path;
      entry.tree = index_;
      apply(attributes, entry.tar);
      put(std::move(entry));
    }
    return {};
  }

 private:
  Result<void> folder(UniqueFd fd, const std::string& path) {
    const int number = fd.get();
    const std::unique_ptr<DIR, CloseDirectory> directory(::fdopendir(number));
    if (!directory) return fail_errno("cannot read the folder", tree_.root.string() + "/" + path);
    fd.release();
    while (const dirent* child = ::readdir(directory.get())) {
      const std::string_view name = child->d_name;
      if (name == "." || name == "..") continue;
      ENVTOOL_CHECK(entry(number, name, path.empty() ? std::string(name) : path + "/" + std::string(name)));
    }
    return {};
  }

  Result<void> entry(int parent, std::string_view name, const std::string& path) {
    struct stat status {};
    if (::fstatat(parent, name.data(), &status, AT_SYMLINK_NOFOLLOW) != 0)
      return fail_errno("cannot stat", path);
    if (S_ISSOCK(status.st_mode)) return {};  // lives only while its maker does; tar has no kind for it
    ScannedEntry found;
    found.tree = index_;
    found.on_disk = path;
    found.tar.path = path;
    found.tar.mode = status.st_mode & 07777;
    found.tar.mtime = kFixedTime;
    ENVTOOL_CHECK(set_kind(parent, name, status, found));
    if (const auto attributes = attributes_.find(path); attributes != attributes_.end())
      apply(*attributes->second, found.tar);
    const bool is_folder = found.tar.type == TarEntry::Type::directory;
    put(std::move(found));
    if (!is_folder) return {};
    UniqueFd fd(::openat(parent, name.data(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd) return fail_errno("cannot open the folder", tree_.root.string() + "/" + path);
    if (is_opaque(fd.get())) put(whiteout(path + "/.wh..wh..opq"));
    return folder(std::move(fd), path);
  }

  Result<void> set_kind(int parent, std::string_view name, const struct stat& status, ScannedEntry& found) {
    if (S_ISDIR(status.st_mode)) {
      found.tar.type = TarEntry::Type::directory;
    } else if (S_ISREG(status.st_mode)) {
      found.tar.size = static_cast<std::uint64_t>(status.st_size);
      found.tar.mtime = status.st_mtime;
      found.device = status.st_dev;
      found.inode = status.st_ino;
    } else if (S_ISLNK(status.st_mode)) {
      found.tar.type = TarEntry::Type::symlink;
      found.tar.mode = 0777;
      std::array<char, 4096> target;
      const ssize_t length = ::readlinkat(parent, name.data(), target.data(), target.size());
      if (length < 0) return fail_errno("cannot read the link", found.on_disk);
      found.tar.link.assign(target.data(), static_cast<std::size_t>(length));
    } else if (S_ISFIFO(status.st_mode)) {
      found.tar.type = TarEntry::Type::fifo;
    } else if (S_ISCHR(status.st_mode) && status.st_rdev == 0) {
      // Overlay's whiteout (kernel: filesystems/overlayfs.rst, "whiteouts and opaque directories").
      const std::size_t slash = found.tar.path.rfind('/');
      const std::size_t at = slash == std::string::npos ? 0 : slash + 1;
      found = whiteout(found.tar.path.substr(0, at) + ".wh." + found.tar.path.substr(at));
    } else {
      return fail(Code::internal, "a device stands in the store's tree: " + found.on_disk);
    }
    return {};
  }

  [[nodiscard]] ScannedEntry whiteout(std::string path) const {
    ScannedEntry entry;
    entry.tree = index_;
    entry.tar.path = std::move(path);
    entry.tar.mode = 0644;
    entry.tar.mtime = kFixedTime;
    return entry;
  }

  static bool is_opaque(int fd) {
    char value = 0;
    return ::fgetxattr(fd, "user.overlay.opaque", &value, 1) == 1 && value == 'y';
  }

  static void apply(const store::EntryAttributes& attributes, TarEntry& entry) {
    entry.uid = attributes.uid;
    entry.gid = attributes.gid;
    if (attributes.mode) entry.mode = *attributes.mode;
    if (attributes.capability) entry.xattrs["security.capability"] = *attributes.capability;
    if (attributes.device_type == 0 || !attributes.device) return;
    entry.type =
        attributes.device_type == 'c' ? TarEntry::Type::character_device : TarEntry::Type::block_device;
    entry.size = 0;
    entry.device_major = attributes.device->first;
    entry.device_minor = attributes.device->second;
  }

  /// A later tree wins; what an earlier one had below a folder that is now something else goes.
  void put(ScannedEntry entry) {
    const std::string path = entry.tar.path;
    const bool is_folder = entry.tar.type == TarEntry::Type::directory;
    const auto before = entries_.find(path);
    if (before != entries_.end() && before->second.tar.type == TarEntry::Type::directory && !is_folder) {
      const std::string below = path + "/";
      for (auto at = entries_.lower_bound(below); at != entries_.end() && at->first.starts_with(below);)
        at = entries_.erase(at);
    }
    entries_.insert_or_assign(path, std::move(entry));
  }

  const store::Tree& tree_;
  std::size_t index_;
  Union& entries_;
  std::unordered_map<std::string_view, const store::EntryAttributes*> attributes_;
};

}  // namespace

Result<std::vector<ScannedEntry>> scan_trees(std::span<const store::Tree> trees) {
  Union all;
  for (std::size_t i = 0; i < trees.size(); ++i) ENVTOOL_CHECK(Scanner(trees[i], i, all).run());
  std::vector<ScannedEntry> entries;
  entries.reserve(all.size());
  for (auto& [path, entry] : all) entries.push_back(std::move(entry));
  return entries;
}

}  // namespace envtool::image
