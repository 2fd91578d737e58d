#pragma once
// What one or several trees hold, as the entries of one layer. Private to this folder.
#include <span>
#include <string>
#include <vector>

#include "envtool/formats/archive/tar.hpp"
#include "envtool/store/store.hpp"

namespace envtool::image {

struct ScannedEntry {
  archive::TarEntry tar;                ///< complete but for hard links
  std::size_t tree = 0;                 ///< which of the trees has the content
  std::string on_disk;                  ///< path below that tree's root
  std::uint64_t device = 0, inode = 0;  ///< of files, to find hard links; 0: has no content
};

/// Every entry of the union, in byte order of the tar's paths. Errors: io.
Result<std::vector<ScannedEntry>> scan_trees(std::span<const store::Tree> trees);

}  // namespace envtool::image
