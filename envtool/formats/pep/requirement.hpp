#pragma once
// PEP 508 requirements.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "envtool/formats/pep/marker.hpp"
#include "envtool/formats/pep/name.hpp"
#include "envtool/formats/pep/specifier.hpp"
#include "envtool/support/result.hpp"

namespace envtool::pep {

struct Requirement {
  std::string name;                 ///< as written
  std::string key;                  ///< PEP 503 normalised: what to compare and look up
  std::vector<std::string> extras;  ///< PEP 685 normalised, sorted, unique
  SpecifierSet specifier;
  std::optional<std::string> url;  ///< of `name @ url`; then `specifier` is empty
  std::optional<Marker> marker;

  /// `name[extra] >=1.0 ; marker`, `name (>=1.0)`, `name @ url ; marker`.
  /// Errors: bad_input; place.column is the column in `text` (from 1), hints say what was probably meant.
  /// Source: PEP 508.
  static Result<Requirement> parse(std::string_view text);
  /// For metadata that others published: specifiers as in SpecifierSet::parse_lenient.
  static Result<Requirement> parse_lenient(std::string_view text);
  /// `name[a,b]<2,>=1; marker` or `name @ url ; marker`, the name as written.
  [[nodiscard]] std::string str() const;
  /// No marker, or it holds.
  [[nodiscard]] bool applies(const MarkerEnvironment& environment,
                             const MarkerSelection& selection = {}) const {
    return !marker || marker->holds(environment, selection);
  }
  bool operator==(const Requirement& other) const;
};

}  // namespace envtool::pep
