#pragma once
// Core metadata 1.0 to 2.6 (PEP 241 to 808): METADATA of a wheel, PKG-INFO of a source distribution.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "envtool/formats/pep/requirement.hpp"
#include "envtool/support/result.hpp"

namespace envtool::pep {

/// Something in metadata that is not as it should be, but that does not stop us.
struct MetadataDefect {
  std::string field;  ///< "Requires-Dist"
  std::string value;
  std::string reason;
  bool operator==(const MetadataDefect&) const = default;
};

struct Metadata {
  std::string metadata_version;
  std::string name;  ///< as written
  std::string key;   ///< normalised
  Version version;
  std::vector<Requirement> requires_dist;       ///< in the order of the file
  std::optional<SpecifierSet> requires_python;  ///< unset too when malformed: then a defect says so
  std::vector<std::string> provides_extra;      ///< normalised, in order, unique
  std::vector<std::string> dynamic;             ///< field names, lower case
  std::string summary;
  std::vector<MetadataDefect> defects;

  /// Whether a source distribution's own dependencies may be believed without building it (PEP 643): at
  /// least 2.2 and neither Requires-Dist, Requires-Python nor Provides-Extra is dynamic.
  [[nodiscard]] bool dependencies_are_static() const;

  /// In: the bytes of METADATA, or only its beginning: reading stops at the first empty line.
  /// Errors: bad_input — no Name, no Version, a malformed Version, a major version above 2.
  static Result<Metadata> parse(std::string_view bytes);
};

/// "Name: value" lines as in an RFC 5322 header: folded lines joined, CR LF or LF, a byte order mark
/// skipped. Field names keep their case. Lines that are no field are left out.
std::vector<std::pair<std::string, std::string>> parse_headers(std::string_view bytes);

}  // namespace envtool::pep
