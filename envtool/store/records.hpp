#pragma once
// The store's records as JSON text. `parse_*` give nothing for text that is not theirs.
#include <optional>
#include <string>
#include <string_view>

#include "envtool/store/store.hpp"

namespace envtool::store {

std::string render(const TreeRecord& record);
std::optional<TreeRecord> parse_tree_record(std::string_view text);

std::string render(const LayerRecord& record);
std::optional<LayerRecord> parse_layer_record(std::string_view text);

std::string render(const Root& root);
std::optional<Root> parse_root(std::string_view text);

struct ImageRecord {
  Digest manifest;
  std::vector<LayerKey> layers;
};
std::string render(const ImageRecord& record);
std::optional<ImageRecord> parse_image_record(std::string_view text);

}  // namespace envtool::store
