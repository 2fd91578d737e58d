#include "envtool/formats/oci/image_config.hpp"

#include "envtool/formats/oci/json_fields.hpp"

namespace envtool::oci {
namespace {

void put(Json& json, const char* key, const std::string& value) {
  if (!value.empty()) json[key] = value;
}
void put(Json& json, const char* key, const std::vector<std::string>& values) {
  if (!values.empty()) json[key] = values;
}

Json execution(const ImageConfig& config) {
  Json json = Json::object();
  put(json, "User", config.user);
  put(json, "Env", config.env);
  put(json, "Entrypoint", config.entrypoint);
  put(json, "Cmd", config.command);
  put(json, "WorkingDir", config.working_dir);
  if (!config.labels.empty()) json["Labels"] = to_json(config.labels);
  return json;
}

Json history(const ImageConfig& config) {
  Json list = Json::array();
  for (const ImageConfig::History& entry : config.history) {
    Json json = Json::object();
    put(json, "created", entry.created);
    put(json, "created_by", entry.created_by);
    put(json, "comment", entry.comment);
    if (entry.empty_layer) json["empty_layer"] = true;
    list.push_back(std::move(json));
  }
  return list;
}

Result<void> parse_execution(const Json& document, ImageConfig& config, std::string_view object) {
  const auto json = document.find("config");
  if (json == document.end() || json->is_null()) return {};
  if (!json->is_object())
    return fail(Code::bad_input, std::string(object) + " has a `config` that is no object");
  ENVTOOL_TRY(config.user, string_field(*json, "User", object));
  ENVTOOL_TRY(config.env, strings_field(*json, "Env", object));
  ENVTOOL_TRY(config.entrypoint, strings_field(*json, "Entrypoint", object));
  ENVTOOL_TRY(config.command, strings_field(*json, "Cmd", object));
  ENVTOOL_TRY(config.working_dir, string_field(*json, "WorkingDir", object));
  ENVTOOL_TRY(config.labels, map_field(*json, "Labels", object));
  return {};
}

Result<void> parse_history(const Json& document, ImageConfig& config, std::string_view object) {
  const auto list = document.find("history");
  if (list == document.end() || !list->is_array()) return {};
  for (const Json& json : *list) {
    if (!json.is_object())
      return fail(Code::bad_input, std::string(object) + " has a `history` that is damaged");
    ImageConfig::History entry;
    ENVTOOL_TRY(entry.created, string_field(json, "created", object));
    ENVTOOL_TRY(entry.created_by, string_field(json, "created_by", object));
    ENVTOOL_TRY(entry.comment, string_field(json, "comment", object));
    const auto empty = json.find("empty_layer");
    entry.empty_layer = empty != json.end() && empty->is_boolean() && empty->get<bool>();
    config.history.push_back(std::move(entry));
  }
  return {};
}

}  // namespace

std::string render(const ImageConfig& config) {
  Json json;
  put(json, "created", config.created);
  put(json, "author", config.author);
  json["architecture"] = config.platform.architecture;
  json["os"] = config.platform.os;
  json["config"] = execution(config);
  Json diff_ids = Json::array();
  for (const Digest& digest : config.diff_ids) diff_ids.push_back(digest.str());
  json["rootfs"] = {{"type", "layers"}, {"diff_ids", std::move(diff_ids)}};
  if (!config.history.empty()) json["history"] = history(config);
  return render_json(json);
}

Result<ImageConfig> parse_image_config(std::string_view text, std::string_view object) {
  ENVTOOL_TRY(const Json document, parse_object(text, object));
  ImageConfig config;
  ENVTOOL_TRY(config.created, string_field(document, "created", object));
  ENVTOOL_TRY(config.author, string_field(document, "author", object));
  ENVTOOL_TRY(config.platform.architecture, string_field(document, "architecture", object));
  ENVTOOL_TRY(config.platform.os, string_field(document, "os", object));
  ENVTOOL_CHECK(parse_execution(document, config, object));
  const auto rootfs = document.find("rootfs");
  if (rootfs == document.end() || !rootfs->is_object())
    return fail(Code::bad_input, std::string(object) + " has no `rootfs`");
  ENVTOOL_TRY(const auto diff_ids, strings_field(*rootfs, "diff_ids", object));
  for (const std::string& text_of : diff_ids) {
    ENVTOOL_TRY(const Digest digest, Digest::parse(text_of));
    config.diff_ids.push_back(digest);
  }
  ENVTOOL_CHECK(parse_history(document, config, object));
  return config;
}

}  // namespace envtool::oci
