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

std::optional<LayerRecord> Store::find_layer(const LayerKey& key) const {
  const auto text = read_sealed(folder_, layout::layer(folder_, key));
  if (!text) return std::nullopt;
  auto record = parse_layer_record(*text);
  if (!record || record->key != key) return std::nullopt;
  return record;
}

Result<void> Store::put_layer(const LayerRecord& record) const {
  return write_sealed(layout::layer(folder_, record.key), render(record));
}

Result<ImageId> Store::put_image(std::string_view config, std::string_view manifest,
                                 const std::vector<LayerKey>& layers) const {
  const ImageId id = Digest::of(config);
  for (const LayerKey& key : layers) {
    const auto layer = find_layer(key);
    if (!layer) return fail(Code::internal, "image " + id.str() + " names an absent layer " + key.hex());
    for (const TreeKey& tree : layer->trees)
      if (!find_tree(tree))
        return fail(Code::internal, "layer " + key.hex() + " names an absent tree " + tree.hex());
  }
  const fs::path path = layout::image(folder_, id);
  ENVTOOL_TRY(const fs::path temporary, make_temporary());
  ENVTOOL_CHECK(write_atomic(temporary / "config.json", config, 0600, false));
  ENVTOOL_CHECK(write_atomic(temporary / "manifest.json", manifest, 0600, false));
  ENVTOOL_CHECK(write_sealed(temporary / layout::kRecord, render(ImageRecord{Digest::of(manifest), layers})));
  for (int attempt = 0; ::rename(temporary.c_str(), path.c_str()) != 0; ++attempt) {
    if ((errno != EEXIST && errno != ENOTEMPTY) || attempt == 8)
      return fail_errno("rename to", path.native());
    const auto theirs = find_image(id);
    if (theirs && theirs->layers == layers && theirs->manifest == manifest) {
      ENVTOOL_CHECK(remove_tree(temporary));
      break;
    }
    ENVTOOL_CHECK(discard(folder_, path));
  }
  settle(folder_);
  return id;
}

std::optional<Store::Image> Store::find_image(const ImageId& id) const {
  const fs::path path = layout::image(folder_, id);
  const auto text = read_sealed(folder_, path / layout::kRecord);
  if (!text) return std::nullopt;
  const auto record = parse_image_record(*text);
  auto config = read_file(path / "config.json");
  auto manifest = read_file(path / "manifest.json");
  if (!record || !config || !manifest) return std::nullopt;
  if (Digest::of(*config) != id || Digest::of(*manifest) != record->manifest) return std::nullopt;
  return Image{id, std::move(*config), std::move(*manifest), record->layers};
}

}  // namespace envtool::store
