#include "envtool/image/temporary_tree.hpp"

#include <sys/stat.h>

namespace envtool::image {

Result<TemporaryTree> TemporaryTree::create(const store::Store& store) {
  ENVTOOL_TRY(std::filesystem::path path, store.make_temporary());
  TemporaryTree out(std::move(path));
  const std::filesystem::path root = out.root();
  if (::mkdir(root.c_str(), 0755) != 0) return fail_errno("create folder", root.native());
  if (::chmod(root.c_str(), 0755) != 0) return fail_errno("set mode of", root.native());
  return out;
}

}  // namespace envtool::image
