#include "envtool/store/records.hpp"

#include <nlohmann/json.hpp>

namespace envtool::store {
namespace {

using nlohmann::json;

// One adapter for the library's exceptions: a missing or mistyped member makes the whole record absent.
template <class Reader>
auto read(std::string_view text, Reader&& reader) -> std::optional<decltype(reader(json()))> {
  try {
    return reader(json::parse(text));
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

// Paths are bytes, JSON strings are Unicode: percent-encode what is not printable ASCII.
std::string to_text(std::string_view bytes) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f && c != '%') {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    }
  }
  return out;
}

std::string from_text(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out.push_back(static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16)));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

Digest to_digest(const json& value) {
  auto digest = Digest::parse(value.get<std::string>());
  if (!digest) throw std::runtime_error("not a digest");
  return *digest;
}

json to_json(const std::vector<Digest>& digests) {
  json out = json::array();
  for (const Digest& digest : digests) out.push_back(digest.hex());
  return out;
}

std::vector<Digest> to_digests(const json& values) {
  std::vector<Digest> out;
  for (const json& value : values) out.push_back(to_digest(value));
  return out;
}

json to_json(const EntryAttributes& entry) {
  json out = {{"path", to_text(entry.path)}, {"uid", entry.uid}, {"gid", entry.gid}};
  if (entry.mode) out["mode"] = *entry.mode;
  if (entry.capability) out["capability"] = to_text(*entry.capability);
  if (entry.device) {
    out["device"] = {entry.device->first, entry.device->second};
    out["type"] = std::string(1, entry.device_type);
  }
  return out;
}

EntryAttributes to_entry(const json& value) {
  EntryAttributes out;
  out.path = from_text(value.at("path").get<std::string>());
  out.uid = value.at("uid").get<std::uint32_t>();
  out.gid = value.at("gid").get<std::uint32_t>();
  if (value.contains("mode")) out.mode = value["mode"].get<std::uint32_t>();
  if (value.contains("capability")) out.capability = from_text(value["capability"].get<std::string>());
  if (value.contains("device")) {
    out.device = {value["device"].at(0).get<std::uint32_t>(), value["device"].at(1).get<std::uint32_t>()};
    out.device_type = value.at("type").get<std::string>().at(0);
  }
  return out;
}

}  // namespace

std::string render(const TreeRecord& record) {
  json out = {{"tar_size", record.tar_size.value}, {"entries", record.entries}};
  if (record.diff_id) out["diff_id"] = record.diff_id->hex();
  if (record.own_tar) out["own_tar"] = record.own_tar->hex();
  if (record.whiteouts) out["whiteouts"] = true;
  json& attributes = out["attributes"] = json::array();
  for (const EntryAttributes& entry : record.attributes) attributes.push_back(to_json(entry));
  return out.dump() + "\n";
}

std::optional<TreeRecord> parse_tree_record(std::string_view text) {
  return read(text, [](const json& value) {
    TreeRecord out;
    out.tar_size = {value.at("tar_size").get<std::uint64_t>()};
    out.entries = value.at("entries").get<std::uint64_t>();
    if (value.contains("diff_id")) out.diff_id = to_digest(value["diff_id"]);
    if (value.contains("own_tar")) out.own_tar = to_digest(value["own_tar"]);
    out.whiteouts = value.value("whiteouts", false);
    for (const json& entry : value.at("attributes")) out.attributes.push_back(to_entry(entry));
    return out;
  });
}

std::string render(const LayerRecord& record) {
  return json{{"key", record.key.hex()},
              {"diff_id", record.diff_id.hex()},
              {"tar_size", record.tar_size.value},
              {"trees", to_json(record.trees)}}
             .dump() +
         "\n";
}

std::optional<LayerRecord> parse_layer_record(std::string_view text) {
  return read(text, [](const json& value) {
    return LayerRecord{to_digest(value.at("key")),
                       to_digest(value.at("diff_id")),
                       {value.at("tar_size").get<std::uint64_t>()},
                       to_digests(value.at("trees"))};
  });
}

std::string render(const Root& root) {
  return json{{"project", to_text(root.project.native())},
              {"lock", root.lock.hex()},
              {"images", to_json(root.images)},
              {"used", root.used.time_since_epoch().count()}}
             .dump() +
         "\n";
}

std::optional<Root> parse_root(std::string_view text) {
  return read(text, [](const json& value) {
    return Root{from_text(value.at("project").get<std::string>()), to_digest(value.at("lock")),
                to_digests(value.at("images")),
                std::chrono::sys_seconds(std::chrono::seconds(value.at("used").get<std::int64_t>()))};
  });
}

std::string render(const ImageRecord& record) {
  return json{{"manifest", record.manifest.hex()}, {"layers", to_json(record.layers)}}.dump() + "\n";
}

std::optional<ImageRecord> parse_image_record(std::string_view text) {
  return read(text, [](const json& value) {
    return ImageRecord{to_digest(value.at("manifest")), to_digests(value.at("layers"))};
  });
}

}  // namespace envtool::store
