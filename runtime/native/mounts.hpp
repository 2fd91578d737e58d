#pragma once
#include <array>
#include <string_view>

#include "runtime/native/step.hpp"

namespace envtool::runtime::native {

/// What a container's /dev has, bound from the host's. Source: OCI runtime-spec, config-linux.md "Default
/// Devices".
inline constexpr std::array<std::string_view, 6> kDeviceNodes = {"null",   "zero",    "full",
                                                                 "random", "urandom", "tty"};

/// In the child: the plan's mounts, in order, below the directory `root`, before pivot.
bool mount_all(const LaunchPlan& plan, int root, Failing& failing);
/// Hide the masked paths, make the read-only paths read-only. Paths that are not there are left out.
bool mask_paths(const LaunchPlan& plan, int root, Failing& failing);

/// Bind `source` (a path below `source_root`, AT_FDCWD for the host's) on the open target.
bool bind_on(int source_root, const char* source, int target, std::uint64_t attributes);

/// An O_PATH descriptor of `path` below `root`, made if absent: a folder, or an empty file, with its parents.
/// Links in the image never lead out of it. -1 and errno.
int find_or_make(int root, const char* path, bool folder);

/// A detached mount of `type` after its options were set; -1 and errno.
int make_mount(int context, std::uint64_t attributes);

}  // namespace envtool::runtime::native
