#include "envtool/formats/oci/json_fields.hpp"

namespace envtool::oci {
namespace {

Failure wrong(std::string_view object, const char* key, const char* expected) {
  return fail(Code::bad_input, std::string(object) + " has a `" + key + "` that is not " + expected);
}

const Json* field(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found == json.end() || found->is_null() ? nullptr : &*found;
}

}  // namespace

std::string render_json(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Json> parse_object(std::string_view text, std::string_view object) {
  constexpr int kDeepest = 64;
  const auto shallow = [](int depth, Json::parse_event_t, Json&) { return depth <= kDeepest; };
  Json json = Json::parse(text, shallow, false);
  if (!json.is_object()) return fail(Code::bad_input, std::string(object) + " is not a JSON object");
  return json;
}

Result<std::string> string_field(const Json& json, const char* key, std::string_view object) {
  const Json* value = field(json, key);
  if (value == nullptr) return std::string();
  if (!value->is_string()) return wrong(object, key, "a string");
  return value->get<std::string>();
}

Result<std::vector<std::string>> strings_field(const Json& json, const char* key, std::string_view object) {
  std::vector<std::string> strings;
  const Json* value = field(json, key);
  if (value == nullptr) return strings;
  if (!value->is_array()) return wrong(object, key, "a list of strings");
  for (const Json& item : *value) {
    if (!item.is_string()) return wrong(object, key, "a list of strings");
    strings.push_back(item.get<std::string>());
  }
  return strings;
}

Result<Annotations> map_field(const Json& json, const char* key, std::string_view object) {
  Annotations pairs;
  const Json* value = field(json, key);
  if (value == nullptr) return pairs;
  if (!value->is_object()) return wrong(object, key, "a map of strings");
  for (const auto& [name, item] : value->items()) {
    if (!item.is_string()) return wrong(object, key, "a map of strings");
    pairs.emplace_back(name, item.get<std::string>());
  }
  return pairs;
}

Json to_json(const Annotations& annotations) {
  Json json = Json::object();
  for (const auto& [name, value] : annotations) json[name] = value;
  return json;
}

Json to_json(const Descriptor& descriptor) {
  Json json;
  json["mediaType"] = descriptor.media_type;
  json["digest"] = descriptor.digest.str();
  json["size"] = descriptor.size.value;
  if (!descriptor.annotations.empty()) json["annotations"] = to_json(descriptor.annotations);
  for (const Platform& platform : descriptor.platform)
    json["platform"] = {{"architecture", platform.architecture}, {"os", platform.os}};
  return json;
}

Result<Descriptor> parse_descriptor(const Json& json, std::string_view object) {
  if (!json.is_object())
    return fail(Code::bad_input, std::string(object) + " has a descriptor that is no object");
  Descriptor descriptor;
  ENVTOOL_TRY(descriptor.media_type, string_field(json, "mediaType", object));
  ENVTOOL_TRY(const std::string digest, string_field(json, "digest", object));
  ENVTOOL_TRY(descriptor.digest, Digest::parse(digest));
  const Json* size = field(json, "size");
  if (size == nullptr || !size->is_number_unsigned()) return wrong(object, "size", "a number of bytes");
  descriptor.size = {size->get<std::uint64_t>()};
  ENVTOOL_TRY(descriptor.annotations, map_field(json, "annotations", object));
  if (const Json* platform = field(json, "platform")) {
    if (!platform->is_object()) return wrong(object, "platform", "an object");
    ENVTOOL_TRY(const std::string os, string_field(*platform, "os", object));
    ENVTOOL_TRY(const std::string architecture, string_field(*platform, "architecture", object));
    descriptor.platform.push_back({os, architecture});
  }
  return descriptor;
}

}  // namespace envtool::oci
