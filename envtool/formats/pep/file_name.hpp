#pragma once
// Names of wheels (PEP 427) and source distributions (PEP 625).
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "envtool/formats/pep/version.hpp"
#include "envtool/support/result.hpp"

namespace envtool::pep {

/// The fields of a wheel's name, views into it. Nothing is checked but their number.
struct WheelFields {
  std::string_view name;
  std::string_view version;
  std::string_view build;  ///< empty: none
  std::string_view pythons;
  std::string_view abis;
  std::string_view platforms;
};
/// The quick way over an index page: no allocation, no checks beyond ".whl" and five or six fields.
std::optional<WheelFields> split_wheel_name(std::string_view file_name);

/// PEP 427: sorts as (number, rest); none sorts below any.
struct BuildTag {
  std::string digits;  ///< without leading zeros, any length
  std::string rest;
  bool operator==(const BuildTag&) const = default;
  std::strong_ordering operator<=>(const BuildTag& other) const;
};

struct WheelName {
  std::string name;          ///< PEP 503 normalised
  std::string escaped_name;  ///< as in the file name
  Version version;
  std::optional<BuildTag> build;
  std::string pythons, abis, platforms;  ///< compressed, as written
  /// In: "numpy-1.26.4-cp311-cp311-manylinux_2_17_x86_64.whl"; a percent-encoded name ("%2B") is decoded.
  /// Errors: bad_input. Source: PEP 427, "File name convention".
  static Result<WheelName> parse(std::string_view file_name);
  /// "<escaped_name>-<version as written>": the start of "….dist-info" and "….data".
  [[nodiscard]] std::string stem() const { return escaped_name + "-" + version.text(); }
};

struct SdistName {
  std::string name;  ///< PEP 503 normalised
  Version version;
  enum class Kind : std::uint8_t { tar_gz, zip } kind = Kind::tar_gz;
  /// "name-version.tar.gz" or ".zip", split at the last '-'. Errors: bad_input.
  static Result<SdistName> parse(std::string_view file_name);
  /// The same for an index page that says whose files it lists: names that contain '-' before a version with
  /// '-'
  /// ("foo-1.0-1.tar.gz") are read by the known name first.
  static Result<SdistName> parse(std::string_view file_name, std::string_view known_name);
};

}  // namespace envtool::pep
