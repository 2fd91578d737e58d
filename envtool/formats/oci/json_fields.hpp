#pragma once
// Reading and writing the JSON that the documents of this folder share. Private to it.
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "envtool/formats/oci/descriptor.hpp"
#include "envtool/support/result.hpp"

namespace envtool::oci {

using Json = nlohmann::ordered_json;

/// Invalid UTF-8 becomes the replacement character: rendering never throws.
std::string render_json(const Json& json);
/// A JSON object, not nested deeper than 64. Errors: bad_input.
Result<Json> parse_object(std::string_view text, std::string_view object);

/// Errors: bad_input when the field is there and of another type. Absent or null: empty.
Result<std::string> string_field(const Json& json, const char* key, std::string_view object);
Result<std::vector<std::string>> strings_field(const Json& json, const char* key, std::string_view object);
Result<Annotations> map_field(const Json& json, const char* key, std::string_view object);

Json to_json(const Descriptor& descriptor);
Result<Descriptor> parse_descriptor(const Json& json, std::string_view object);
Json to_json(const Annotations& annotations);

}  // namespace envtool::oci
