#pragma once
#include "runtime/native/step.hpp"

namespace envtool::runtime::native {

/// In the child, in its mount namespace: the root of the plan's layers, attached at `plan.scratch`.
/// Out: a descriptor of its top folder, or -1 with `failing` set.
/// Source: kernel Documentation/filesystems/overlayfs.rst.
int mount_root(const LaunchPlan& plan, Failing& failing);

/// Make `root` this namespace's root and detach the old one.
bool pivot_into(int root, Failing& failing);

}  // namespace envtool::runtime::native
