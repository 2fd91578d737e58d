#include "envtool/resolve/base_image/layout_manifest.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace envtool::resolve::base_image {
namespace {

using Json = nlohmann::json;

constexpr int kDeepest = 4;

/// Throws nothing: what has the wrong type counts as absent.
const Json* member(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}
std::string text(const Json& object, const char* key) {
  const auto* value = member(object, key);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string{};
}
const Json& list(const Json& object, const char* key) {
  static const Json empty = Json::array();
  const auto* value = member(object, key);
  return value != nullptr && value->is_array() ? *value : empty;
}

Result<Json> parse(const std::string& bytes, const std::string& object) {
  auto json = Json::parse(bytes, nullptr, false);
  if (json.is_discarded() || !json.is_object()) return fail(Code::bad_input, object + " is no JSON object");
  return json;
}

Result<Digest> digest_of(const Json& descriptor, const std::string& object) {
  const auto written = text(descriptor, "digest");
  if (!written.starts_with("sha256:"))
    return fail(Code::bad_input, object + " has a descriptor without a sha256 digest");
  return Digest::parse(written);
}

struct Found {
  Digest manifest;
  std::optional<Digest> index;
};

class Finder {
 public:
  Finder(const LayoutReader& layout, const Platform& platform) : layout_(layout), platform_(platform) {}

  Result<void> search(const Json& index, const std::optional<Digest>& own, int depth) {
    if (depth > kDeepest) return fail(Code::bad_input, "the image indexes are nested too deep");
    for (const auto& descriptor : list(index, "manifests")) {
      ENVTOOL_TRY(const auto digest, digest_of(descriptor, "the image index"));
      if (text(descriptor, "mediaType").find("index") != std::string::npos ||
          text(descriptor, "mediaType").find("manifest.list") != std::string::npos) {
        ENVTOOL_TRY(const auto bytes, layout_.document(digest));
        ENVTOOL_TRY(const auto nested, parse(bytes, digest.str()));
        ENVTOOL_CHECK(search(nested, digest, depth + 1));
        continue;
      }
      ENVTOOL_TRY(const bool fits, matches(descriptor, digest));
      const bool known =
          std::any_of(found.begin(), found.end(), [&](const Found& one) { return one.manifest == digest; });
      if (fits && !known) found.push_back({digest, own});
    }
    return {};
  }

  std::vector<Found> found;

 private:
  /// By the descriptor's platform, else by the config's.
  Result<bool> matches(const Json& descriptor, const Digest& digest) const {
    const auto* platform = member(descriptor, "platform");
    if (platform != nullptr) return is_ours(*platform);
    ENVTOOL_TRY(const auto manifest_bytes, layout_.document(digest));
    ENVTOOL_TRY(const auto manifest, parse(manifest_bytes, digest.str()));
    const auto* config_descriptor = member(manifest, "config");
    if (config_descriptor == nullptr) return false;
    ENVTOOL_TRY(const auto config_digest, digest_of(*config_descriptor, digest.str()));
    ENVTOOL_TRY(const auto config_bytes, layout_.document(config_digest));
    ENVTOOL_TRY(const auto config, parse(config_bytes, config_digest.str()));
    return is_ours(config);
  }
  bool is_ours(const Json& object) const {
    return text(object, "os") == platform_.os && text(object, "architecture") == platform_.architecture;
  }

  const LayoutReader& layout_;
  const Platform& platform_;
};

Result<void> read_layers(const Json& manifest, const Json& config, project::LockedOciBase& base) {
  const auto* rootfs = member(config, "rootfs");
  const auto& diff_ids = rootfs == nullptr ? list(config, "diff_ids") : list(*rootfs, "diff_ids");
  const auto& layers = list(manifest, "layers");
  if (layers.empty() || layers.size() != diff_ids.size()) {
    return fail(Code::bad_input,
                "manifest " + base.manifest.str() + " and its config do not agree on the layers");
  }
  for (std::size_t i = 0; i < layers.size(); ++i) {
    project::LockedOciLayer layer;
    layer.media_type = text(layers[i], "mediaType");
    ENVTOOL_TRY(layer.digest, digest_of(layers[i], base.manifest.str()));
    if (!diff_ids[i].is_string())
      return fail(Code::bad_input, "the config " + base.config.str() + " has a layer without a digest");
    ENVTOOL_TRY(layer.diff_id, Digest::parse(diff_ids[i].get<std::string>()));
    const auto* size = member(layers[i], "size");
    if (size == nullptr || !size->is_number_unsigned())
      return fail(Code::bad_input, "manifest " + base.manifest.str() + " has a layer without a size");
    layer.size = ByteCount{size->get<std::uint64_t>()};
    base.layers.push_back(std::move(layer));
  }
  return {};
}

/// What no process could be given is left out, as container engines do.
Result<std::vector<std::string>> read_env(const Json& config, const Digest& own) {
  std::vector<std::string> env;
  const auto* run = member(config, "config");
  if (run == nullptr) return env;
  for (const auto& one : list(*run, "Env")) {
    if (!one.is_string()) continue;
    auto written = one.get<std::string>();
    if (written.find('\0') != std::string::npos)
      return fail(Code::bad_input, "the config " + own.str() + " has a variable with a NUL character in it");
    const auto equals = written.find('=');
    if (equals != std::string::npos && equals != 0) env.push_back(std::move(written));
  }
  return env;
}

}  // namespace

Result<project::LockedOciBase> find_image(const LayoutReader& layout, const Platform& platform) {
  ENVTOOL_TRY(const auto index_bytes, layout.index());
  ENVTOOL_TRY(const auto index, parse(index_bytes, "index.json"));
  Finder finder(layout, platform);
  ENVTOOL_CHECK(finder.search(index, std::nullopt, 0));
  if (finder.found.empty()) {
    return fail(Code::bad_input, "the image layout has no image for " + platform.str(),
                "remove " + platform.str() + " from 'platforms', or use a base that has it");
  }
  if (finder.found.size() > 1) {
    return fail(
        Code::bad_input,
        "the image layout has " + std::to_string(finder.found.size()) + " images for " + platform.str(),
        "make a layout that holds the one image you want");
  }
  project::LockedOciBase base;
  base.index = finder.found.front().index;
  base.manifest = finder.found.front().manifest;
  ENVTOOL_TRY(const auto manifest_bytes, layout.document(base.manifest));
  ENVTOOL_TRY(const auto manifest, parse(manifest_bytes, base.manifest.str()));
  const auto* config_descriptor = member(manifest, "config");
  if (config_descriptor == nullptr)
    return fail(Code::bad_input, "manifest " + base.manifest.str() + " has no config");
  ENVTOOL_TRY(base.config, digest_of(*config_descriptor, base.manifest.str()));
  ENVTOOL_TRY(const auto config_bytes, layout.document(base.config));
  ENVTOOL_TRY(const auto config, parse(config_bytes, base.config.str()));
  ENVTOOL_CHECK(read_layers(manifest, config, base));
  ENVTOOL_TRY(base.env, read_env(config, base.config));
  return base;
}

}  // namespace envtool::resolve::base_image
