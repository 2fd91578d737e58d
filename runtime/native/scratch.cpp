#include "runtime/native/scratch.hpp"

#include "envtool/support/env_vars.hpp"
#include "envtool/support/files.hpp"

namespace envtool::runtime::native {

Result<std::filesystem::path> scratch_folder(const std::filesystem::path& wanted) {
  const auto folder = wanted.empty() ? env_vars::state_dir() / "mnt" : wanted;
  ENVTOOL_CHECK(make_directories(folder, 0700));
  return folder;
}

}  // namespace envtool::runtime::native
