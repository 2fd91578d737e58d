#pragma once
// What gc keeps: everything that a living project's images are made of, and what a container runs on.
#include <set>
#include <string>
#include <vector>

#include "envtool/store/store.hpp"

namespace envtool::store {

struct Marks {
  std::set<Digest> images, layers, trees, unions, blobs;
};

/// Whether the project still has an env.lock. A folder that cannot be looked at (a disk that is not mounted,
/// a home of the network) counts as living.
bool is_alive(const Root& root);

/// Names of store entries in any mount of this machine, as 64 hexadecimal digits.
std::set<Digest> mounted_keys();

Marks mark(const Store& store, const std::vector<Root>& living, const std::set<Digest>& mounted);

}  // namespace envtool::store
