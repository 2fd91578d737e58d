#include "envtool/image/small_tree.hpp"

#include "envtool/image/layer_tar.hpp"
#include "envtool/image/tree_writer.hpp"

namespace envtool::image {

Result<store::Tree> put_small_tree(const store::TreeKey& key, const std::vector<SmallFile>& files,
                                   const std::vector<std::string>& folders, MakeContext& context) {
  ENVTOOL_TRY(const std::filesystem::path temporary, context.store.make_temporary());
  ENVTOOL_TRY(TreeWriter writer, TreeWriter::create(temporary / "root"));
  for (const std::string& folder : folders) ENVTOOL_CHECK(writer.add_directory(folder));
  for (const SmallFile& file : files) {
    if (file.link.empty()) ENVTOOL_CHECK(writer.add_file(file.path, file.bytes, file.executable));
    else ENVTOOL_CHECK(writer.add_symlink(file.path, file.link));
  }
  ENVTOOL_CHECK(writer.finish());
  store::Tree tree{key, temporary / "root", {}};
  ENVTOOL_TRY(const LayerTar tar, write_layer_tar({&tree, 1}, {}));
  tree.record.diff_id = tar.diff_id;
  tree.record.tar_size = tar.size;
  tree.record.entries = writer.directories().size() + files.size();
  return context.store.adopt_tree(key, temporary, std::move(tree.record));
}

}  // namespace envtool::image
