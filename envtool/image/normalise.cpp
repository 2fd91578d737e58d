#include "envtool/image/normalise.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "envtool/image/tree_writer.hpp"
#include "envtool/image/unpack_target.hpp"
#include "envtool/support/files.hpp"
#include "envtool/support/text.hpp"

namespace envtool::image {
namespace fs = std::filesystem;
namespace {

struct CloseDir {
  void operator()(DIR* stream) const { ::closedir(stream); }
};

// What file_time() gives; no script of today writes such a time but by copying one.
bool is_file_time(std::int64_t time) { return time >= kFixedTime && time <= kFixedTime + 0x1fffffff; }

class Normaliser {
 public:
  Normaliser(const fs::path& root, Attributes& attributes, std::span<const fs::path> lowers,
             std::int64_t time)
      : root_(root), attributes_(attributes), lowers_(lowers), time_(time) {}

  Result<Normalised> run() {
    struct stat status {};
    if (::lstat(root_.c_str(), &status) != 0) return fail_errno("stat", root_.native());
    ENVTOOL_CHECK(folder("", status));
    ENVTOOL_CHECK(rewrite_shadow());
    drop_what_is_gone();
    return std::move(out_);
  }

 private:
  Result<void> folder(const std::string& relative, const struct stat& status) {
    const fs::path path = root_ / relative;
    ENVTOOL_CHECK(folder_xattrs(path, relative));
    std::vector<std::string> names;
    {
      const std::unique_ptr<DIR, CloseDir> stream(::opendir(path.c_str()));
      if (!stream) return fail_errno("read folder", path.native());
      while (const dirent* item = ::readdir(stream.get()))
        if (std::string_view(item->d_name) != "." && std::string_view(item->d_name) != "..")
          names.emplace_back(item->d_name);
    }
    std::sort(names.begin(), names.end());
    for (const std::string& name : names)
      ENVTOOL_CHECK(entry(relative.empty() ? name : relative + "/" + name));
    ENVTOOL_CHECK(fix_mode(relative, status, DiskMode::folder(status.st_mode & 07777U)));
    return fix_time(path);
  }

  Result<void> entry(const std::string& relative) {
    const fs::path path = root_ / relative;
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return fail_errno("stat", path.native());
    if (S_ISCHR(status.st_mode) && status.st_rdev == ::makedev(0, 0)) {
      out_.whiteouts = true;
      ++out_.entries;
      return {};
    }
    switch (fate_of(relative, S_ISDIR(status.st_mode))) {
      case Fate::secret:
        out_.secrets.push_back("/" + relative);
        return remove_tree(path);
      case Fate::remove:
        return remove_tree(path);
      case Fate::empty:
        if (S_ISREG(status.st_mode) && status.st_size > 0 && ::truncate(path.c_str(), 0) != 0)
          return fail_errno("empty", path.native());
        break;
      case Fate::keep:
        break;
    }
    ++out_.entries;
    if (S_ISDIR(status.st_mode)) return folder(relative, status);
    if (S_ISSOCK(status.st_mode)) {
      --out_.entries;
      return remove_tree(path);
    }
    if (!S_ISREG(status.st_mode)) return fix_time(path);
    ENVTOOL_CHECK(regular(relative, status));
    return fix_time(path, is_file_time(status.st_mtime) ? status.st_mtime : time_);
  }

  Result<void> regular(const std::string& relative, const struct stat& status) {
    ENVTOOL_CHECK(fix_mode(relative, status, DiskMode::file(status.st_mode & 07777U)));
    char raw[64];
    const ssize_t size = ::lgetxattr((root_ / relative).c_str(), "security.capability", raw, sizeof raw);
    if (size <= 0) return {};
    if (auto capability = portable_capability({raw, static_cast<std::size_t>(size)}); !capability.empty())
      attribute(relative).capability = std::move(capability);
    return {};
  }

  // The record of an archive's entry says its full mode; a script that changed it since is right.
  Result<void> fix_mode(const std::string& relative, const struct stat& status, std::uint32_t disk) {
    const std::uint32_t found = status.st_mode & 07777U;
    if (found != disk) {
      attribute(relative).mode = found;
      if (::chmod((root_ / relative).c_str(), disk) != 0)
        return fail_errno("set mode of", (root_ / relative).native());
    } else if (const auto known = attributes_.find(relative); known != attributes_.end()) {
      auto& mode = known->second.mode;
      const bool is_folder = S_ISDIR(status.st_mode);
      if (mode && (is_folder ? DiskMode::folder(*mode) : DiskMode::file(*mode)) != found) mode.reset();
    }
    return {};
  }

  // Bookkeeping of the overlay that wrote the upper means nothing to a reader of the tree.
  Result<void> folder_xattrs(const fs::path& path, const std::string& relative) {
    char value[8];
    if (::lgetxattr(path.c_str(), "user.overlay.redirect", value, 0) > 0)
      return fail(Code::unsupported, "a script moved the folder " + path.native() +
                                         ", which an overlay records in a way that no layer can hold");
    const ssize_t size = ::lgetxattr(path.c_str(), "user.overlay.opaque", value, sizeof value);
    if (size == 1 && value[0] == 'y') {
      if (hides_something(relative)) {
        out_.whiteouts = true;
      } else if (::lremovexattr(path.c_str(), "user.overlay.opaque") != 0) {
        return fail_errno("make transparent", path.native());
      }
    }
    for (const char* name : {"user.overlay.origin", "user.overlay.impure", "user.overlay.uuid"})
      ::lremovexattr(path.c_str(), name);
    return {};
  }

  [[nodiscard]] bool hides_something(const std::string& relative) const {
    struct stat status {};
    for (const fs::path& lower : lowers_)
      if (::lstat((lower / relative).c_str(), &status) == 0) return true;
    return false;
  }

  static Result<void> fix_time(const fs::path& path, std::int64_t time = kFixedTime) {
    const timespec times[2] = {{time, 0}, {time, 0}};
    if (::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0)
      return fail_errno("set time of", path.native());
    return {};
  }

  Result<void> rewrite_shadow() {
    for (const char* name : {"etc/shadow"}) {
      const fs::path path = root_ / name;
      struct stat status {};
      if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
      ENVTOOL_TRY(const std::string text, read_file(path));
      ENVTOOL_CHECK(write_atomic(path, fix_shadow(text), status.st_mode & 0777U, false));
      if (::chmod(path.c_str(), status.st_mode & 0777U) != 0) return fail_errno("set mode of", path.native());
      ENVTOOL_CHECK(fix_time(path, time_));
      ENVTOOL_CHECK(fix_time(path.parent_path()));
    }
    return {};
  }

  void drop_what_is_gone() {
    struct stat status {};
    for (auto it = attributes_.begin(); it != attributes_.end();) {
      const store::EntryAttributes& entry = it->second;
      const bool says = entry.uid != 0 || entry.gid != 0 || entry.mode || entry.capability || entry.device;
      const bool there = ::lstat((root_ / it->first).c_str(), &status) == 0 &&
                         !(S_ISCHR(status.st_mode) && status.st_rdev == ::makedev(0, 0));
      it = says && there ? std::next(it) : attributes_.erase(it);
    }
  }

  store::EntryAttributes& attribute(const std::string& relative) {
    store::EntryAttributes& entry = attributes_[relative];
    entry.path = relative;
    return entry;
  }

  const fs::path& root_;
  Attributes& attributes_;
  std::span<const fs::path> lowers_;
  std::int64_t time_;  ///< of files that scripts wrote
  Normalised out_;
};

}  // namespace

std::string fix_shadow(std::string_view text) {
  std::string out;
  for (const std::string_view line : split(text, '\n')) {
    auto fields = split(line, ':');
    const std::string day = std::to_string(kFixedTime / 86400);
    if (fields.size() >= 3 && !fields[2].empty()) fields[2] = day;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i > 0) out.push_back(':');
      out.append(fields[i]);
    }
    out.push_back('\n');
  }
  // split() gives one empty piece after the last newline.
  if (!out.empty()) out.pop_back();
  return out;
}

Result<TreeFacts> tree_facts(const fs::path& root) {
  TreeFacts facts;
  char value[2];
  std::error_code error;
  struct stat status {};
  for (fs::recursive_directory_iterator it(root, error), end; !error && it != end; it.increment(error)) {
    ++facts.entries;
    if (::lstat(it->path().c_str(), &status) != 0) return fail_errno("stat", it->path().native());
    if ((S_ISCHR(status.st_mode) && status.st_rdev == ::makedev(0, 0)) ||
        (S_ISDIR(status.st_mode) &&
         ::lgetxattr(it->path().c_str(), "user.overlay.opaque", value, sizeof value) > 0))
      facts.whiteouts = true;
  }
  if (error) return fail_errno("read folder", root.native(), error.value());
  return facts;
}

Result<Normalised> normalise(const fs::path& root, Attributes& attributes, std::span<const fs::path> lowers,
                             std::int64_t time) {
  auto result = Normaliser(root, attributes, lowers, time).run();
  if (!result) return fail(std::move(result).error().in("while making the tree the same on every machine"));
  return result;
}

}  // namespace envtool::image
