#pragma once
#include <functional>
#include <string>
#include <vector>

#include "envtool/store/store.hpp"

namespace envtool::store {

struct Corrupt {
  std::vector<std::filesystem::path> paths;  ///< what to remove
  std::string sentence;
};

/// Re-hash every blob, image and layer. A layer that has not the digest on record takes all its trees with
/// it: which of them changed cannot be told, and each is quickly made again.
std::vector<Corrupt> find_corrupt(const Store& store, const GcOptions& options, Events& events);

}  // namespace envtool::store
