#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "envtool/store/layout.hpp"
#include "envtool/store/records.hpp"
#include "envtool/store/sealed_file.hpp"
#include "envtool/store/store.hpp"
#include "envtool/store/temporary.hpp"

namespace envtool::store {
namespace fs = std::filesystem;

std::optional<Tree> Store::find_tree(const TreeKey& key) const {
  const fs::path path = layout::tree(folder_, key);
  const auto text = read_sealed(folder_, path / layout::kRecord);
  if (!text) return std::nullopt;
  auto record = parse_tree_record(*text);
  if (!record) return std::nullopt;
  return Tree{key, path / layout::kRoot, std::move(*record)};
}

Result<Tree> Store::adopt_tree(const TreeKey& key, const fs::path& temporary, TreeRecord record) const {
  struct stat status {};
  if (::lstat((temporary / layout::kRoot).c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
    return fail(Code::internal, "no tree to adopt at " + (temporary / layout::kRoot).native());
  const fs::path path = layout::tree(folder_, key);
  ENVTOOL_CHECK(write_sealed(temporary / layout::kRecord, render(record)));
  ENVTOOL_CHECK(make_directories(path.parent_path(), 0700));
  for (int attempt = 0; ::rename(temporary.c_str(), path.c_str()) != 0; ++attempt) {
    if ((errno != EEXIST && errno != ENOTEMPTY) || attempt == 8)
      return fail_errno("rename to", path.native());
    // Another process was faster, or a power cut left an entry that does not count.
    if (auto theirs = find_tree(key)) {
      ENVTOOL_CHECK(remove_tree(temporary));
      return std::move(*theirs);
    }
    ENVTOOL_CHECK(discard(folder_, path));
  }
  return Tree{key, path / layout::kRoot, std::move(record)};
}

}  // namespace envtool::store
