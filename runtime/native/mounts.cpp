#include "runtime/native/mounts.hpp"

#include <sys/stat.h>

#include <cstring>

#include "runtime/native/kernel.hpp"

namespace envtool::runtime::native {
namespace {

constexpr std::size_t kPathLimit = 4096;

bool attach(int mount, int target) {
  return ::move_mount(mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == 0;
}

bool is_folder(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
}

/// Close, keep errno.
void drop(int fd) {
  if (fd < 0) return;
  const int saved = errno;
  ::close(fd);
  errno = saved;
}

int clone_tree(int source_root, const char* source, std::uint64_t attributes) {
  // Always recursive: a user namespace may not uncover what a mount below hides (EINVAL).
  const int tree = ::open_tree(source_root, source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
  if (tree < 0 || attributes == 0) return tree;
  mount_attr change{};
  change.attr_set = attributes;
  if (::mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &change, sizeof change) == 0) return tree;
  drop(tree);
  return -1;
}

bool set_options(int context, const MountEntry& entry) {
  for (const auto& [key, value] : entry.options) {
    const unsigned command = value.empty() ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING;
    if (::fsconfig(context, command, key.c_str(), value.empty() ? nullptr : value.c_str(), 0) != 0)
      return false;
  }
  return true;
}

const char* type_of(MountEntry::Kind kind) {
  switch (kind) {
    case MountEntry::Kind::proc:
      return "proc";
    case MountEntry::Kind::sysfs:
      return "sysfs";
    case MountEntry::Kind::devpts:
      return "devpts";
    case MountEntry::Kind::mqueue:
      return "mqueue";
    default:
      return "tmpfs";
  }
}

bool populate_dev(int dev, Failing& failing) {
  for (std::size_t i = 0; i < kDeviceNodes.size(); ++i) {
    char source[32] = "/dev/";
    std::strncat(source, kDeviceNodes[i].data(), sizeof source - 6);
    const int node = ::openat(dev, source + 5, O_CREAT | O_EXCL | O_RDONLY | O_CLOEXEC, 0666);
    if (node < 0) return failing.fail(Step::device, i);
    const bool bound = bind_on(AT_FDCWD, source, node, 0);
    drop(node);
    if (!bound && errno == ENOENT) {  // the host is itself a container without it
      ::unlinkat(dev, source + 5, 0);
    } else if (!bound) {
      return failing.fail(Step::device, i);
    }
  }
  constexpr std::pair<const char*, const char*> kLinks[] = {{"/proc/self/fd", "fd"},
                                                            {"/proc/self/fd/0", "stdin"},
                                                            {"/proc/self/fd/1", "stdout"},
                                                            {"/proc/self/fd/2", "stderr"},
                                                            {"pts/ptmx", "ptmx"}};
  for (const auto& [target, name] : kLinks)
    if (::symlinkat(target, dev, name) != 0) return failing.fail(Step::device, kDeviceNodes.size());
  ::mkdirat(dev, "pts", 0755);
  ::mkdirat(dev, "shm", 01777);
  return true;
}

bool mount_bind(const MountEntry& entry, std::size_t index, int root, Failing& failing) {
  const int tree = clone_tree(AT_FDCWD, entry.source.c_str(), entry.attributes);
  if (tree < 0) return failing.fail(Step::mount_source, index);
  const int target = find_or_make(root, entry.target.c_str(), is_folder(tree));
  if (target < 0) {
    drop(tree);
    return failing.fail(Step::mount_target, index);
  }
  const bool attached = attach(tree, target);
  drop(tree);
  drop(target);
  return attached || failing.fail(Step::mount_attach, index);
}

bool mount_new(const MountEntry& entry, std::size_t index, int root, Failing& failing) {
  const int target = find_or_make(root, entry.target.c_str(), true);
  if (target < 0) return failing.fail(Step::mount_target, index);
  const int context = ::fsopen(type_of(entry.kind), FSOPEN_CLOEXEC);
  int mount = -1;
  if (context >= 0 && set_options(context, entry)) mount = make_mount(context, entry.attributes);
  drop(context);
  if (mount < 0 && entry.kind == MountEntry::Kind::sysfs)
    mount = clone_tree(AT_FDCWD, "/sys", entry.attributes);
  if (mount < 0) {
    drop(target);
    return failing.fail(Step::mount_create, index);
  }
  const bool attached = attach(mount, target);
  drop(target);
  const bool populated = attached && (entry.kind != MountEntry::Kind::dev || populate_dev(mount, failing));
  drop(mount);
  if (!attached) return failing.fail(Step::mount_attach, index);
  return populated;
}

bool make_entry(int folder, const char* name, bool as_folder) {
  if (as_folder) return ::mkdirat(folder, name, 0755) == 0 || errno == EEXIST;
  const int made = ::openat(folder, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_WRONLY, 0644);
  if (made < 0) return errno == EEXIST;
  ::close(made);
  return true;
}

}  // namespace

int make_mount(int context, std::uint64_t attributes) {
  if (::fsconfig(context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0) return -1;
  return ::fsmount(context, FSMOUNT_CLOEXEC, static_cast<unsigned>(attributes));
}

bool bind_on(int source_root, const char* source, int target, std::uint64_t attributes) {
  const int tree = clone_tree(source_root, source, attributes);
  if (tree < 0) return false;
  const bool attached = attach(tree, target);
  drop(tree);
  return attached;
}

int find_or_make(int root, const char* path, bool folder) {
  int fd = open_in_root(root, path, O_PATH);
  if (fd >= 0 || errno != ENOENT) return fd;
  char prefix[kPathLimit];
  const std::size_t length = std::strlen(path);
  if (length >= sizeof prefix) {
    errno = ENAMETOOLONG;
    return -1;
  }
  std::memcpy(prefix, path, length + 1);
  int above = ::openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
  char* name = prefix;
  while (above >= 0) {
    char* slash = std::strchr(name, '/');
    if (slash != nullptr) *slash = '\0';
    fd = open_in_root(root, prefix, O_PATH);
    if (fd < 0 && errno == ENOENT && make_entry(above, name, folder || slash != nullptr))
      fd = open_in_root(root, prefix, O_PATH);
    drop(above);
    if (fd < 0 || slash == nullptr) return fd;
    above = fd;
    *slash = '/';
    name = slash + 1;
  }
  return -1;
}

bool mount_all(const LaunchPlan& plan, int root, Failing& failing) {
  for (std::size_t i = 0; i < plan.mounts.size(); ++i) {
    const MountEntry& entry = plan.mounts[i];
    const bool done = entry.kind == MountEntry::Kind::bind ? mount_bind(entry, i, root, failing)
                                                           : mount_new(entry, i, root, failing);
    if (!done) return false;
  }
  return true;
}

bool mask_paths(const LaunchPlan& plan, int root, Failing& failing) {
  for (std::size_t i = 0; i < plan.masked.size(); ++i) {
    const int target = open_in_root(root, plan.masked[i].c_str(), O_PATH);
    if (target < 0) continue;
    bool hidden = false;
    if (is_folder(target)) {
      const int context = ::fsopen("tmpfs", FSOPEN_CLOEXEC);
      const int mount = context < 0 ? -1 : make_mount(context, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID);
      hidden = mount >= 0 && attach(mount, target);
      drop(mount);
      drop(context);
    } else {
      hidden = bind_on(AT_FDCWD, "/dev/null", target, 0);
    }
    drop(target);
    if (!hidden) return failing.fail(Step::masked_path, i);
  }
  for (std::size_t i = 0; i < plan.read_only_paths.size(); ++i) {
    const int target = open_in_root(root, plan.read_only_paths[i].c_str(), O_PATH);
    if (target < 0) continue;
    // By the open target, not by name: a link in the image must not lead elsewhere.
    const int tree =
        ::open_tree(target, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_EMPTY_PATH);
    mount_attr change{};
    change.attr_set = MOUNT_ATTR_RDONLY;
    const bool done = tree >= 0 &&
                      ::mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &change, sizeof change) == 0 &&
                      attach(tree, target);
    drop(tree);
    drop(target);
    if (!done) return failing.fail(Step::read_only_path, i);
  }
  return true;
}

}  // namespace envtool::runtime::native
