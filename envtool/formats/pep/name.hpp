#pragma once
#include <string>
#include <string_view>

namespace envtool::pep {

/// PEP 503: lower case, runs of '-', '_' and '.' become one '-'. Also for extras (PEP 685).
std::string normalize_name(std::string_view name);
/// Core metadata, Name: ASCII letters, digits, '-', '_', '.', with a letter or digit at both ends.
bool is_valid_name(std::string_view name);
/// Whether `normalize_name` would leave a valid name as it is.
bool is_normalized_name(std::string_view name);

}  // namespace envtool::pep
