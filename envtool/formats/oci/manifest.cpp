#include "envtool/formats/oci/manifest.hpp"

#include "envtool/formats/oci/json_fields.hpp"

namespace envtool::oci {
namespace {

constexpr std::string_view kDockerList = "application/vnd.docker.distribution.manifest.list.v2+json";

Result<Json> parse_document(std::string_view json, std::string_view object) {
  ENVTOOL_TRY(Json document, parse_object(json, object));
  if (const auto version = document.find("schemaVersion"); version == document.end() || *version != 2)
    return fail(Code::unsupported, std::string(object) + " has a schema version other than 2");
  return document;
}

Result<std::vector<Descriptor>> descriptors(const Json& document, const char* key, std::string_view object) {
  const auto list = document.find(key);
  if (list == document.end() || !list->is_array())
    return fail(Code::bad_input, std::string(object) + " has no list of `" + key + "`");
  std::vector<Descriptor> found;
  for (const Json& item : *list) {
    ENVTOOL_TRY(Descriptor descriptor, parse_descriptor(item, object));
    found.push_back(std::move(descriptor));
  }
  return found;
}

Json to_json(const std::vector<Descriptor>& list) {
  Json json = Json::array();
  for (const Descriptor& descriptor : list) json.push_back(to_json(descriptor));
  return json;
}

}  // namespace

const Descriptor* Index::find(const Platform& platform) const {
  for (const Descriptor& manifest : manifests)
    for (const Platform& candidate : manifest.platform)
      if (candidate == platform) return &manifest;
  return nullptr;
}

std::string render(const Manifest& manifest) {
  Json json;
  json["schemaVersion"] = 2;
  json["mediaType"] = manifest.media_type;
  json["config"] = to_json(manifest.config);
  json["layers"] = to_json(manifest.layers);
  if (!manifest.annotations.empty()) json["annotations"] = to_json(manifest.annotations);
  return render_json(json);
}

std::string render(const Index& index) {
  Json json;
  json["schemaVersion"] = 2;
  json["mediaType"] = index.media_type;
  json["manifests"] = to_json(index.manifests);
  if (!index.annotations.empty()) json["annotations"] = to_json(index.annotations);
  return render_json(json);
}

Result<Manifest> parse_manifest(std::string_view json, std::string_view object) {
  ENVTOOL_TRY(const Json document, parse_document(json, object));
  Manifest manifest;
  ENVTOOL_TRY(manifest.media_type, string_field(document, "mediaType", object));
  const auto config = document.find("config");
  if (config == document.end()) return fail(Code::bad_input, std::string(object) + " has no `config`");
  ENVTOOL_TRY(manifest.config, parse_descriptor(*config, object));
  ENVTOOL_TRY(manifest.layers, descriptors(document, "layers", object));
  ENVTOOL_TRY(manifest.annotations, map_field(document, "annotations", object));
  return manifest;
}

Result<Index> parse_index(std::string_view json, std::string_view object) {
  ENVTOOL_TRY(const Json document, parse_document(json, object));
  Index index;
  ENVTOOL_TRY(index.media_type, string_field(document, "mediaType", object));
  ENVTOOL_TRY(index.manifests, descriptors(document, "manifests", object));
  ENVTOOL_TRY(index.annotations, map_field(document, "annotations", object));
  return index;
}

bool is_index(std::string_view media_type, std::string_view json) {
  if (media_type == media_type::kIndex || media_type == kDockerList) return true;
  const auto document = parse_object(json, "");
  return document && document->contains("manifests") && !document->contains("config");
}

}  // namespace envtool::oci
