#pragma once
// OCI image-spec 1.1 image configuration (config.md). Its digest is the image ID.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "envtool/formats/oci/descriptor.hpp"
#include "envtool/support/result.hpp"

namespace envtool::oci {

struct ImageConfig {
  Platform platform;
  std::string created;  ///< RFC 3339, or empty
  std::string author;
  std::string user;
  std::vector<std::string> env;  ///< "NAME=value"
  std::vector<std::string> entrypoint, command;
  std::string working_dir;
  Annotations labels;
  std::vector<Digest> diff_ids;  ///< bottom first
  struct History {
    std::string created;
    std::string created_by;
    std::string comment;
    bool empty_layer = false;
    bool operator==(const History&) const = default;
  };
  std::vector<History> history;
  bool operator==(const ImageConfig&) const = default;
};

/// The one text for these values: fixed order of keys, no spaces, empty fields left out.
std::string render(const ImageConfig& config);
/// Fields that are not in ImageConfig (ExposedPorts, Volumes, …) are not kept.
/// Errors: bad_input (`object` names it).
Result<ImageConfig> parse_image_config(std::string_view json, std::string_view object);

}  // namespace envtool::oci
