#pragma once
// The wheel's own RECORD against its members (PEP 427, "The .dist-info directory").
#include <string>
#include <unordered_map>

#include "envtool/formats/archive/zip.hpp"
#include "envtool/support/digest.hpp"

namespace envtool::image {

/// The *.dist-info folder of a wheel. Errors: bad_input — none, several, or of another package than `name`.
Result<std::string> find_dist_info(const archive::ZipReader& wheel, const std::string& name,
                                   const std::string& object);

/// Whether RECORD cannot list it: RECORD itself and its signatures.
bool is_record_or_signature(std::string_view member, const std::string& dist_info);

/// The sha256 that RECORD gives each member, by the member's clean path.
/// Errors: bad_input — a member that RECORD does not list, a row without a member, a size that differs, a
///         hash other than sha256; each names the file.
Result<std::unordered_map<std::string, Digest>> read_wheel_record(const archive::ZipReader& wheel,
                                                                  const std::string& dist_info,
                                                                  const std::string& object);

}  // namespace envtool::image
