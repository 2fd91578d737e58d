#pragma once
// Trees of a few files that we write ourselves: the virtual environment's own, and editables.
#include <string>
#include <vector>

#include "envtool/image/make_context.hpp"

namespace envtool::image {

struct SmallFile {
  std::string path;  ///< relative to the root, clean
  std::string bytes;
  bool executable = false;
  std::string link;  ///< a symbolic link to this, when not empty
};

/// Write them, take the digest of their tar, put the tree into the store. Errors: io.
Result<store::Tree> put_small_tree(const store::TreeKey& key, const std::vector<SmallFile>& files,
                                   const std::vector<std::string>& folders, MakeContext& context);

}  // namespace envtool::image
