#pragma once
// Scripts of a wheel as they stand in the environment's bin folder.
#include <optional>
#include <string>
#include <string_view>

#include "envtool/formats/pep/record.hpp"

namespace envtool::image {

/// Whether a script's first line is to name the environment's own interpreter (PEP 427: "#!python").
bool wants_interpreter(std::string_view first_bytes);
/// The script with `interpreter` in place of "python" or "pythonw" on that line; arguments stay.
std::string rewrite_script(std::string_view script, const std::string& interpreter);
/// A script that imports the entry point's module and calls it (entry points specification, "Use for
/// scripts").
std::string entry_point_script(const pep::EntryPoint& entry, const std::string& interpreter);
/// Names in the bin folder that belong to the environment itself.
bool is_reserved_script(std::string_view name);

}  // namespace envtool::image
