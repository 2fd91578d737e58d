#include "envtool/store/hardlink_union.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "envtool/support/files.hpp"
#include "envtool/support/parallel.hpp"
#include "envtool/support/unique_fd.hpp"

namespace envtool::store {
namespace fs = std::filesystem;
namespace {

struct Entry {
  std::size_t tree = 0;
  bool folder = false;
};
// Conflicts are settled here, before anything is linked, so that the order of threads does not matter.
// A map sorted by path names every folder after its parent.
struct Folder {
  std::unordered_map<std::string, Entry> entries;
  std::size_t tree = 0;  // the last that has it
};
using Folders = std::map<std::string, Folder>;

struct Listing {
  std::string folder;  // relative, "" is the root
  std::vector<std::pair<std::string, bool>> entries;
};

struct CloseDir {
  void operator()(DIR* stream) const { ::closedir(stream); }
};

Result<void> list(const fs::path& root, const std::string& relative, std::vector<Listing>& out) {
  const fs::path path = relative.empty() ? root : root / relative;
  const std::unique_ptr<DIR, CloseDir> stream(::opendir(path.c_str()));
  if (!stream) return fail_errno("read folder", path.native());
  const std::size_t here = out.size();
  out.push_back({relative, {}});
  while (const dirent* item = ::readdir(stream.get())) {
    const std::string name = item->d_name;
    if (name == "." || name == "..") continue;
    bool folder = item->d_type == DT_DIR;
    if (item->d_type == DT_UNKNOWN) {
      struct stat status {};
      if (::fstatat(::dirfd(stream.get()), item->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return fail_errno("stat", (path / name).native());
      folder = S_ISDIR(status.st_mode);
    }
    out[here].entries.emplace_back(name, folder);
    if (folder) ENVTOOL_CHECK(list(root, relative.empty() ? name : relative + "/" + name, out));
  }
  return {};
}

void forget_below(Folders& folders, const std::string& path) {
  folders.erase(path);
  auto it = folders.lower_bound(path + "/");
  while (it != folders.end() && it->first.starts_with(path + "/")) it = folders.erase(it);
}

Folders merge(const std::vector<std::vector<Listing>>& listings) {
  Folders folders;
  for (std::size_t tree = 0; tree < listings.size(); ++tree) {
    for (const Listing& listing : listings[tree]) {
      Folder& folder = folders[listing.folder];
      folder.tree = tree;
      for (const auto& [name, is_folder] : listing.entries) {
        const auto [at, fresh] = folder.entries.try_emplace(name, Entry{tree, is_folder});
        if (fresh) continue;
        if (at->second.folder && !is_folder)
          forget_below(folders, listing.folder.empty() ? name : listing.folder + "/" + name);
        at->second = Entry{tree, is_folder};
      }
    }
  }
  return folders;
}

Result<void> copy_file(int from_folder, int to_folder, const char* name, const std::string& shown) {
  struct stat status {};
  if (::fstatat(from_folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return fail_errno("stat", shown);
  if (S_ISLNK(status.st_mode)) {
    std::string target(static_cast<std::size_t>(status.st_size) + 1, '\0');
    const ssize_t size = ::readlinkat(from_folder, name, target.data(), target.size());
    if (size < 0) return fail_errno("read link", shown);
    target.resize(static_cast<std::size_t>(size));
    if (::symlinkat(target.c_str(), to_folder, name) != 0) return fail_errno("create link", shown);
    return {};
  }
  const UniqueFd from(::openat(from_folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!from) return fail_errno("open", shown);
  const UniqueFd to(::openat(to_folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!to) return fail_errno("create", shown);
  std::string buffer(256 << 10, '\0');
  for (;;) {
    const ssize_t size = ::read(from.get(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return fail_errno("read", shown);
    if (size == 0) break;
    ENVTOOL_CHECK(
        write_all(to.get(), std::string_view(buffer).substr(0, static_cast<std::size_t>(size)), shown));
  }
  const timespec times[2] = {status.st_atim, status.st_mtim};
  if (::fchmod(to.get(), status.st_mode & 07777) != 0 || ::futimens(to.get(), times) != 0)
    return fail_errno("set mode of", shown);
  return {};
}

class Linker {
 public:
  Linker(const std::vector<fs::path>& trees, const fs::path& out) : trees_(trees), out_(out) {}

  Result<void> fill(const std::string& relative, const Folder& folder) {
    const UniqueFd to(::open((out_ / relative).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!to) return fail_errno("open folder", (out_ / relative).native());
    std::map<std::size_t, UniqueFd> from;
    for (const auto& [name, entry] : folder.entries) {
      if (entry.folder) continue;
      UniqueFd& source = from[entry.tree];
      const fs::path path = trees_[entry.tree] / relative;
      if (!source) source.reset(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
      if (!source) return fail_errno("open folder", path.native());
      ENVTOOL_CHECK(link(source.get(), to.get(), name, path));
    }
    return {};
  }

  // Last, because every entry made inside changes the folder's mtime.
  Result<void> stamp(const std::string& relative, const Folder& folder) const {
    struct stat status {};
    const fs::path source = trees_[folder.tree] / relative, target = out_ / relative;
    if (::stat(source.c_str(), &status) != 0) return fail_errno("stat", source.native());
    const timespec times[2] = {status.st_atim, status.st_mtim};
    if (::chmod(target.c_str(), status.st_mode & 07777) != 0 ||
        ::utimensat(AT_FDCWD, target.c_str(), times, 0) != 0)
      return fail_errno("set mode of", target.native());
    return {};
  }

  std::atomic<std::uint64_t> linked{0}, copied{0};

 private:
  Result<void> link(int from, int to, const std::string& name, const fs::path& folder) {
    if (::linkat(from, name.c_str(), to, name.c_str(), 0) == 0) {
      ++linked;
      return {};
    }
    if (errno != EMLINK && errno != EXDEV && errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS)
      return fail_errno("link", (folder / name).native());
    ++copied;
    return copy_file(from, to, name.c_str(), (folder / name).native());
  }

  const std::vector<fs::path>& trees_;
  const fs::path& out_;
};

}  // namespace

Result<UnionCounts> hardlink_union(const std::vector<fs::path>& trees, const fs::path& out) {
  std::vector<std::vector<Listing>> listings(trees.size());
  ENVTOOL_CHECK(parallel_for(trees.size(), [&](std::size_t i) { return list(trees[i], "", listings[i]); }));
  const Folders folders = merge(listings);

  std::vector<const Folders::value_type*> work;
  for (const auto& item : folders) {
    const fs::path path = item.first.empty() ? out : out / item.first;
    if (::mkdir(path.c_str(), 0700) != 0) return fail_errno("create folder", path.native());
    work.push_back(&item);
  }
  Linker linker(trees, out);
  ENVTOOL_CHECK(
      parallel_for(work.size(), [&](std::size_t i) { return linker.fill(work[i]->first, work[i]->second); }));
  for (auto it = work.rbegin(); it != work.rend(); ++it)
    ENVTOOL_CHECK(linker.stamp((*it)->first, (*it)->second));
  return UnionCounts{linker.linked, linker.copied, work.size()};
}

}  // namespace envtool::store
