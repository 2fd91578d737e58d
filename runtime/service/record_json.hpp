#pragma once
#include <string>
#include <string_view>

#include "runtime/service/session_store.hpp"

namespace envtool::runtime::service {

/// state.json. The session's id and folder are not in it: they are where it lies. They are inverses but for
/// that.
std::string render_record(const SessionRecord& record);
/// Errors: bad_input.
Result<SessionRecord> parse_record(std::string_view text);

}  // namespace envtool::runtime::service
