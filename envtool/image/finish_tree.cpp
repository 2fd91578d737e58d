#include "envtool/image/finish_tree.hpp"

#include "envtool/image/layer_tar.hpp"
#include "envtool/image/normalise.hpp"
#include "envtool/support/files.hpp"

namespace envtool::image {
namespace fs = std::filesystem;

Result<store::Tree> finish_tree(const store::TreeKey& key, const fs::path& temporary,
                                std::span<const store::Tree> below, Attributes attributes,
                                MakeContext& context) {
  inherit_attributes(temporary / "root", below, attributes);
  std::vector<fs::path> lowers;
  for (const store::Tree& tree : below) lowers.push_back(tree.root);
  ENVTOOL_TRY(const Normalised normalised, normalise(temporary / "root", attributes, lowers, file_time(key)));
  for (const std::string& path : normalised.secrets)
    context.events.warn("a package made the private key " + path +
                        ", which everyone with the image would share; it is left out of the image");
  store::Tree tree{key, temporary / "root", {}};
  tree.record.entries = normalised.entries;
  tree.record.whiteouts = normalised.whiteouts;
  for (auto& [path, entry] : attributes) tree.record.attributes.push_back(std::move(entry));
  ENVTOOL_TRY(const LayerTar tar, write_layer_tar({&tree, 1}, {}));
  tree.record.diff_id = tar.diff_id;
  tree.record.tar_size = tar.size;

  // Only root/ goes into the store: scratch files of the steps stay behind.
  ENVTOOL_TRY(const fs::path clean, context.store.make_temporary());
  std::error_code error;
  fs::rename(temporary / "root", clean / "root", error);
  if (error) return fail_errno("move", (temporary / "root").native(), error.value());
  ENVTOOL_CHECK(remove_tree(temporary));
  return context.store.adopt_tree(key, clean, std::move(tree.record));
}

}  // namespace envtool::image
