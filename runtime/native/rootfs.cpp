#include "runtime/native/rootfs.hpp"

#include <sys/stat.h>

#include <cstdio>
#include <cstring>

#include "runtime/native/kernel.hpp"
#include "runtime/native/mounts.hpp"

namespace envtool::runtime::native {
namespace {

constexpr std::size_t kOptionLimit = 250;  // fsconfig refuses strings from 256 bytes on

bool has_tmpfs_upper(const LaunchPlan& plan) {
  return plan.upper.empty() && !plan.read_only && !plan.in_place;
}

bool needs_tmpfs(const LaunchPlan& plan) {
  if (has_tmpfs_upper(plan) || plan.legacy_overlay || plan.upper.size() > kOptionLimit) return true;
  for (const auto& lower : plan.lowers)
    if (lower.size() > kOptionLimit) return true;
  return false;
}

/// One tmpfs at the scratch folder holds the upper and the short names of long paths; it becomes the working
/// directory, so that every name below is relative.
bool mount_tmpfs(const LaunchPlan& plan, Failing& failing) {
  const int context = ::fsopen("tmpfs", FSOPEN_CLOEXEC);
  if (context < 0) return failing.fail(Step::root_tmpfs);
  bool good = ::fsconfig(context, FSCONFIG_SET_STRING, "mode", "0755", 0) == 0;
  if (plan.upper_bytes != 0) {
    char size[32];
    std::snprintf(size, sizeof size, "%llu", static_cast<unsigned long long>(plan.upper_bytes));
    good = good && ::fsconfig(context, FSCONFIG_SET_STRING, "size", size, 0) == 0;
  }
  const int mount = good ? make_mount(context, MOUNT_ATTR_NODEV) : -1;
  if (mount < 0) return failing.fail(Step::root_tmpfs);
  ::close(context);
  if (::move_mount(mount, "", AT_FDCWD, ".", MOVE_MOUNT_F_EMPTY_PATH) != 0 || ::fchdir(mount) != 0)
    return failing.fail(Step::root_tmpfs);
  ::close(mount);
  if (::mkdir("u", 0755) != 0 || ::mkdir("w", 0755) != 0) return failing.fail(Step::root_tmpfs);
  return true;
}

/// A name for `path` that is short enough: itself, or a link in the tmpfs.
const char* short_name(const std::string& path, std::size_t index, bool always, char (&buffer)[24]) {
  if (!always && path.size() <= kOptionLimit) return path.c_str();
  std::snprintf(buffer, sizeof buffer, "l%zu", index);
  return ::symlink(path.c_str(), buffer) == 0 || errno == EEXIST ? buffer : nullptr;
}

struct UpperNames {
  char upper_buffer[24], work_buffer[24];
  const char *upper = nullptr, *work = nullptr;
};

bool name_upper(const LaunchPlan& plan, UpperNames& names, Failing& failing) {
  if (has_tmpfs_upper(plan)) {
    names.upper = "u";
    names.work = "w";
  } else if (!plan.read_only) {
    names.upper = short_name(plan.upper, plan.lowers.size(), plan.legacy_overlay, names.upper_buffer);
    names.work = short_name(plan.work, plan.lowers.size() + 1, plan.legacy_overlay, names.work_buffer);
    if (names.upper == nullptr || names.work == nullptr) return failing.fail(Step::root_upper);
  }
  return true;
}

/// By mount(2), whose options must fit a page: all names are links of a few bytes.
int mount_legacy(const LaunchPlan& plan, Failing& failing) {
  static char options[4096];  // of the child alone
  UpperNames names;
  if (!name_upper(plan, names, failing)) return -1;
  int used = std::snprintf(options, sizeof options, "userxattr%s", plan.volatile_upper ? ",volatile" : "");
  if (names.upper != nullptr)
    used += std::snprintf(options + used, sizeof options - static_cast<std::size_t>(used),
                          ",upperdir=%s,workdir=%s", names.upper, names.work);
  for (std::size_t i = plan.lowers.size(); i-- > 0;) {
    char buffer[24];
    const char* name = short_name(plan.lowers[i], i, true, buffer);
    const std::size_t left = sizeof options - static_cast<std::size_t>(used);
    if (name == nullptr || std::strlen(name) + 12 > left) {
      if (name != nullptr) errno = E2BIG;
      failing.fail(Step::root_layer, i);
      return -1;
    }
    used +=
        std::snprintf(options + used, left, "%s%s", i + 1 == plan.lowers.size() ? ",lowerdir=" : ":", name);
  }
  if (::mount("overlay", ".", "overlay", MS_NODEV, options) != 0) {
    failing.fail(Step::root_overlay);
    return -1;
  }
  const int root = ::open(plan.scratch.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) failing.fail(Step::root_attach);
  return root;
}

/// Out: the mount; -1 with `failing` set, or without it where the kernel is too old for lowerdir+.
int mount_overlay(const LaunchPlan& plan, Failing& failing) {
  const int context = ::fsopen("overlay", FSOPEN_CLOEXEC);
  if (context < 0) {
    failing.fail(Step::root_overlay);
    return -1;
  }
  char buffer[24];
  for (std::size_t i = plan.lowers.size(); i-- > 0;) {  // the top one first
    const char* name = short_name(plan.lowers[i], i, false, buffer);
    if (name != nullptr && ::fsconfig(context, FSCONFIG_SET_STRING, "lowerdir+", name, 0) == 0) continue;
    if (i + 1 == plan.lowers.size() && errno == EINVAL) {
      ::close(context);
      return -1;
    }
    failing.fail(Step::root_layer, i);
    return -1;
  }
  UpperNames names;
  if (!name_upper(plan, names, failing)) return -1;
  bool good = ::fsconfig(context, FSCONFIG_SET_FLAG, "userxattr", nullptr, 0) == 0;
  if (names.upper != nullptr) {
    good = good && ::fsconfig(context, FSCONFIG_SET_STRING, "upperdir", names.upper, 0) == 0 &&
           ::fsconfig(context, FSCONFIG_SET_STRING, "workdir", names.work, 0) == 0;
    if (!good) {
      failing.fail(Step::root_upper);
      return -1;
    }
  }
  if (plan.volatile_upper) ::fsconfig(context, FSCONFIG_SET_FLAG, "volatile", nullptr, 0);
  const int mount = good ? make_mount(context, MOUNT_ATTR_NODEV) : -1;
  if (mount < 0) failing.fail(Step::root_overlay);
  ::close(context);
  return mount;
}

int clone_single(const LaunchPlan& plan, Failing& failing) {
  const int tree =
      ::open_tree(AT_FDCWD, plan.lowers.front().c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
  if (tree < 0) {
    failing.fail(Step::root_layer, 0);
    return -1;
  }
  mount_attr change{};
  change.attr_set = MOUNT_ATTR_NODEV | (plan.read_only ? MOUNT_ATTR_RDONLY : 0);
  if (::mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &change, sizeof change) != 0) {
    failing.fail(Step::root_bind);
    return -1;
  }
  return tree;
}

}  // namespace

int mount_root(const LaunchPlan& plan, Failing& failing) {
  if (::chdir(plan.scratch.c_str()) != 0) {
    failing.fail(Step::root_attach);
    return -1;
  }
  const bool tmpfs = needs_tmpfs(plan);
  if (tmpfs && !mount_tmpfs(plan, failing)) return -1;
  int root = -1;
  if (plan.in_place || (plan.read_only && plan.lowers.size() == 1)) {
    root = clone_single(plan, failing);
  } else if (!plan.legacy_overlay) {
    root = mount_overlay(plan, failing);
    if (root < 0 && failing.step == Step::none) {
      if (!tmpfs && !mount_tmpfs(plan, failing)) return -1;
      return mount_legacy(plan, failing);
    }
  } else {
    return mount_legacy(plan, failing);
  }
  if (root < 0) return -1;
  if (::move_mount(root, "", AT_FDCWD, ".", MOVE_MOUNT_F_EMPTY_PATH) != 0) {
    failing.fail(Step::root_attach);
    return -1;
  }
  return root;
}

bool pivot_into(int root, Failing& failing) {
  // Source: pivot_root(2), "pivot_root(".", ".")".
  if (::fchdir(root) != 0 || ::syscall(SYS_pivot_root, ".", ".") != 0 || ::umount2(".", MNT_DETACH) != 0)
    return failing.fail(Step::pivot);
  return ::chdir("/") == 0 || failing.fail(Step::pivot);
}

}  // namespace envtool::runtime::native
