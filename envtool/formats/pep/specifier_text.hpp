#pragma once
// Reading clauses out of a longer text; private to this module.
#include <vector>

#include "envtool/formats/pep/cursor.hpp"
#include "envtool/formats/pep/specifier.hpp"

namespace envtool::pep {

/// An operator begins here.
bool at_operator(const Cursor& cursor);
/// Takes one clause, from its operator to the end of its version. Errors: bad_input.
Result<Specifier> read_specifier(Cursor& cursor);
/// What a person probably meant by a clause that does not parse ("=1.2" → "==1.2"); empty: no idea.
std::string advice(std::string_view clause);

}  // namespace envtool::pep
