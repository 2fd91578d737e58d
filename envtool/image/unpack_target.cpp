#include "envtool/image/unpack_target.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "envtool/formats/archive/path_guard.hpp"
#include "envtool/support/files.hpp"

namespace envtool::image {
namespace fs = std::filesystem;
using archive::TarEntry;

namespace {

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}
std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }
std::string joined(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : folder + "/" + name;
}
const char* at(const std::string& path) { return path.empty() ? "." : path.c_str(); }

constexpr int kLongestChain = 40;  // MAXSYMLINKS

}  // namespace

UnpackTarget::UnpackTarget(fs::path root, std::vector<std::string> archives, std::vector<fs::path> lowers,
                           Times times)
    : root_(std::move(root)),
      root_fd_(::open(root_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)),
      archives_(std::move(archives)),
      replaces_(archives_.size()),
      lowers_(std::move(lowers)),
      times_(times) {
  real_[""] = "";
}

void UnpackTarget::set_replaces(std::size_t archive, std::vector<std::string> names) {
  const std::scoped_lock lock(mutex_);
  replaces_[archive] = std::move(names);
}

std::string UnpackTarget::shown(const std::string& path) const { return (root_ / path).native(); }

UnpackTarget::Kind UnpackTarget::kind_of(const std::string& path, std::string& link) const {
  struct stat status {};
  const auto look = [&](int folder, const std::string& name) {
    if (::fstatat(folder, at(name), &status, AT_SYMLINK_NOFOLLOW) != 0) return Kind::absent;
    if (S_ISDIR(status.st_mode)) return Kind::folder;
    if (!S_ISLNK(status.st_mode)) return Kind::other;
    link.assign(archive::kMaxPath + 1, '\0');
    const ssize_t size = ::readlinkat(folder, at(name), link.data(), link.size());
    link.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return Kind::link;
  };
  Kind kind = look(root_fd_.get(), path);
  for (auto lower = lowers_.rbegin(); kind == Kind::absent && lower != lowers_.rend(); ++lower)
    kind = look(AT_FDCWD, (*lower / path).native());
  return kind;
}

std::optional<std::uint32_t> UnpackTarget::lower_folder_mode(const std::string& path) const {
  struct stat status {};
  for (auto lower = lowers_.rbegin(); lower != lowers_.rend(); ++lower)
    if (::lstat((*lower / path).c_str(), &status) == 0)
      return S_ISDIR(status.st_mode) ? std::optional<std::uint32_t>(status.st_mode & 07777U) : std::nullopt;
  return std::nullopt;
}

// `parent` is real; the folder `name` in it, followed if it is a link and made if it is absent.
Result<std::string> UnpackTarget::step_into(const std::string& parent, const std::string& name, int depth) {
  const std::string path = joined(parent, name);
  std::string link;
  switch (kind_of(path, link)) {
    case Kind::link: {
      if (depth > kLongestChain) return fail(Code::bad_input, "too many symbolic links at " + shown(path));
      if (!archive::link_stays_inside(path, link))
        return fail(Code::hostile_archive, "the link " + shown(path) + " leads out of the tree");
      const std::string target = link.starts_with('/') ? link : joined(parent, link);
      const fs::path normal = fs::path("/" + target).lexically_normal().relative_path();
      std::string clean = normal.native();
      while (clean.ends_with('/')) clean.pop_back();
      return real_folder(clean, depth + 1);
    }
    case Kind::other:
      return fail(Code::bad_input, shown(path) + " is a file in one package and a folder in another");
    case Kind::folder:
    case Kind::absent:
      // Also a folder of a lower: it is merged with ours.
      if (::mkdirat(root_fd_.get(), path.c_str(), 0700) != 0) {
        if (errno != EEXIST) return fail_errno("create folder", shown(path));
      } else if (::fchmodat(root_fd_.get(), path.c_str(), lower_folder_mode(path).value_or(0755), 0) != 0) {
        return fail_errno("set mode of", shown(path));
      }
      return path;
  }
  return path;
}

Result<std::string> UnpackTarget::real_folder(const std::string& folder, int depth) {
  if (const auto known = real_.find(folder); known != real_.end()) return known->second;
  ENVTOOL_TRY(const std::string parent, real_folder(parent_of(folder), depth));
  ENVTOOL_TRY(std::string real, step_into(parent, name_of(folder), depth));
  real_[folder] = real;
  return real;
}

Result<std::string> UnpackTarget::real_path(const std::string& path) {
  ENVTOOL_TRY(const std::string parent, real_folder(parent_of(path)));
  return joined(parent, name_of(path));
}

void UnpackTarget::note(std::size_t archive, const std::string& path, const TarEntry& entry) {
  Owner owner{archive, {path, entry.uid, entry.gid, std::nullopt, std::nullopt, std::nullopt, 0}};
  if (entry.type == TarEntry::Type::file && DiskMode::file(entry.mode) != entry.mode)
    owner.attributes.mode = entry.mode;
  if (entry.type == TarEntry::Type::character_device || entry.type == TarEntry::Type::block_device) {
    owner.attributes.device = {entry.device_major, entry.device_minor};
    owner.attributes.device_type = entry.type == TarEntry::Type::block_device ? 'b' : 'c';
    owner.attributes.mode = entry.mode;
  }
  if (const auto found = entry.xattrs.find("security.capability"); found != entry.xattrs.end())
    owner.attributes.capability = found->second;
  files_[path] = std::move(owner);
}

Result<bool> UnpackTarget::claim(std::size_t archive, const std::string& path, const TarEntry& entry) {
  const auto found = files_.find(path);
  if (found != files_.end() && found->second.archive != archive) {
    const auto replaces = [&](std::size_t by, std::size_t whom) {
      return std::find(replaces_[by].begin(), replaces_[by].end(), archives_[whom]) != replaces_[by].end();
    };
    const std::size_t other = found->second.archive;
    if (!replaces(archive, other)) {
      if (replaces(other, archive)) return false;
      return fail(Code::bad_input,
                  "/" + path + " is in both " + archives_[other] + " and " + archives_[archive],
                  "these two packages cannot be installed together in one step");
    }
  }
  if (::unlinkat(root_fd_.get(), path.c_str(), 0) != 0 && errno != ENOENT)
    return fail_errno("replace", shown(path));
  note(archive, path, entry);
  return true;
}

Result<void> UnpackTarget::add_folder(std::size_t archive, const TarEntry& entry) {
  ENVTOOL_TRY(const std::string path, real_folder(entry.path));
  if (lower_folder_mode(path)) return {};  // a folder that is there keeps its mode and owner
  const auto [found, fresh] = folders_.try_emplace(path, Owner{archive, {}});
  // Of several archives the first by rank decides; of one archive the last entry does.
  if (!fresh && found->second.archive < archive) return {};
  found->second = {
      archive, {path, entry.uid, entry.gid, entry.mode, std::nullopt, std::nullopt, 0}, entry.mtime};
  return {};
}

Result<void> UnpackTarget::write_file(const std::string& path, const TarEntry& entry,
                                      const Content& content) {
  const UniqueFd fd(
      ::openat(root_fd_.get(), path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return fail_errno("create", shown(path));
  if (content) {
    thread_local std::string buffer(128 << 10, '\0');
    for (;;) {
      ENVTOOL_TRY(const std::size_t size, content(std::span<char>(buffer)));
      if (size == 0) break;
      ENVTOOL_CHECK(write_all(fd.get(), std::string_view(buffer).substr(0, size), shown(path)));
    }
  }
  if (::fchmod(fd.get(), DiskMode::file(entry.mode)) != 0) return fail_errno("set mode of", shown(path));
  return {};
}

Result<bool> UnpackTarget::add(std::size_t archive, const TarEntry& entry, const Content& content) {
  std::string path, target;
  {
    const std::scoped_lock lock(mutex_);
    if (entry.type == TarEntry::Type::directory) {
      ENVTOOL_CHECK(add_folder(archive, entry));
      return true;
    }
    ENVTOOL_TRY(path, real_path(entry.path));
    if (entry.type == TarEntry::Type::symlink) {
      links_.push_back({archive, path, entry});
      return true;
    }
    ENVTOOL_TRY(const bool ours, claim(archive, path, entry));
    if (!ours) return false;
    if (entry.type == TarEntry::Type::hardlink) {
      ENVTOOL_TRY(target, real_path(entry.link));
      if (const auto found = files_.find(target); found != files_.end()) {
        auto attributes = found->second.attributes;
        attributes.path = path;
        files_[path].attributes = std::move(attributes);
      }
    }
  }
  switch (entry.type) {
    case TarEntry::Type::hardlink:
      if (::linkat(root_fd_.get(), target.c_str(), root_fd_.get(), path.c_str(), 0) != 0)
        return fail_errno("link", shown(path));
      return true;
    case TarEntry::Type::fifo:
      if (::mkfifoat(root_fd_.get(), path.c_str(), DiskMode::file(entry.mode)) != 0)
        return fail_errno("create", shown(path));
      return true;
    case TarEntry::Type::file:
      ENVTOOL_CHECK(write_file(path, entry, content));
      ENVTOOL_CHECK(keep_time(path, entry.mtime));
      return true;
    default:  // a device: an empty file stands for it, the record says what it is
      ENVTOOL_CHECK(write_file(path, entry, {}));
      return true;
  }
}

Result<void> UnpackTarget::make_link(const Link& link) {
  std::string existing;
  // As dpkg: a folder that is there stays.
  if (kind_of(link.path, existing) == Kind::folder) return {};
  ENVTOOL_TRY(const bool ours, claim(link.archive, link.path, link.entry));
  if (!ours) return {};
  if (::symlinkat(link.entry.link.c_str(), root_fd_.get(), link.path.c_str()) != 0)
    return fail_errno("create link", shown(link.path));
  return keep_time(link.path, link.entry.mtime);
}

Result<void> UnpackTarget::keep_time(const std::string& path, std::int64_t mtime) const {
  if (times_ == Times::drop) return {};
  const timespec times[2] = {{mtime, 0}, {mtime, 0}};
  if (::utimensat(root_fd_.get(), at(path), times, AT_SYMLINK_NOFOLLOW) != 0)
    return fail_errno("set time of", shown(path));
  return {};
}

Result<void> UnpackTarget::add_whiteout(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  ENVTOOL_TRY(const std::string real, real_path(path));
  // 0:0 is the one device that anyone may make.
  if (::mknodat(root_fd_.get(), real.c_str(), S_IFCHR, 0) != 0 && errno != EEXIST)
    return fail_errno("create whiteout", shown(real));
  return {};
}

Result<void> UnpackTarget::make_opaque(const std::string& folder) {
  const std::scoped_lock lock(mutex_);
  ENVTOOL_TRY(const std::string real, real_folder(folder));
  const std::string path = shown(real);
  if (::lsetxattr(path.c_str(), "user.overlay.opaque", "y", 1, 0) != 0)
    return fail_errno("mark as opaque", path);
  return {};
}

Result<void> UnpackTarget::add_shared_link(const TarEntry& link) {
  const std::scoped_lock lock(mutex_);
  if (real_.contains(link.path)) return {};
  std::string existing;
  if (kind_of(link.path, existing) == Kind::absent &&
      ::symlinkat(link.link.c_str(), root_fd_.get(), link.path.c_str()) != 0)
    return fail_errno("create link", shown(link.path));
  return real_folder(link.path).map([](const std::string&) {});
}

Result<void> UnpackTarget::flush_links(std::size_t archive) {
  const std::scoped_lock lock(mutex_);
  std::vector<Link> later;
  for (Link& link : links_) {
    if (link.archive != archive) {
      later.push_back(std::move(link));
      continue;
    }
    ENVTOOL_CHECK(make_link(link));
  }
  links_ = std::move(later);
  return {};
}

Result<void> UnpackTarget::finish() {
  const std::scoped_lock lock(mutex_);
  std::sort(links_.begin(), links_.end(), [](const Link& a, const Link& b) {
    return std::tie(a.archive, a.path) < std::tie(b.archive, b.path);
  });
  for (const Link& link : links_) ENVTOOL_CHECK(make_link(link));
  links_.clear();
  for (auto& [path, owner] : folders_) {
    const std::uint32_t full = owner.attributes.mode.value_or(0755), disk = DiskMode::folder(full);
    if (::fchmodat(root_fd_.get(), at(path), disk, 0) != 0) return fail_errno("set mode of", shown(path));
    if (disk == full) owner.attributes.mode.reset();
  }
  for (const auto& [path, owner] : folders_) ENVTOOL_CHECK(keep_time(path, owner.mtime));
  return {};
}

std::map<std::string, store::EntryAttributes> UnpackTarget::attributes() const {
  std::map<std::string, store::EntryAttributes> out;
  const std::scoped_lock lock(mutex_);
  for (const auto* owners : {&folders_, &files_})
    for (const auto& [path, owner] : *owners) {
      const auto& entry = owner.attributes;
      if (entry.uid != 0 || entry.gid != 0 || entry.mode || entry.capability || entry.device)
        out[path] = entry;
    }
  return out;
}

}  // namespace envtool::image
