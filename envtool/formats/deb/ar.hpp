#pragma once
#include <string_view>
#include <vector>

#include "envtool/support/result.hpp"

namespace envtool::deb {

struct ArMember {
  std::string_view name;
  std::string_view bytes;
};

/// The members of a common ar archive, in place (map the file: nothing is copied).
/// Errors: bad_input — no ar magic, a member that is cut short, a size that is no number.
Result<std::vector<ArMember>> parse_ar(std::string_view archive);

/// The two tars of a binary package; the names tell the compression (control.tar.xz, data.tar.zst).
struct DebMembers {
  ArMember control;
  ArMember data;
};

/// Errors: bad_input — as parse_ar; not format 2.x; a member is absent.
/// Source: deb(5).
Result<DebMembers> parse_deb(std::string_view file);

}  // namespace envtool::deb
