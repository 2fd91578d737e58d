#pragma once
// Temporary folders name the process they belong to, so that gc can tell what a killed one left.
#include <filesystem>
#include <string_view>

#include "envtool/support/result.hpp"

namespace envtool::store {

/// A fresh 0700 folder "<pid>-<start time>-<random>" in tmp/. Errors: io.
Result<std::filesystem::path> make_temporary_folder(const std::filesystem::path& store);

/// Whether the process that made a folder of this name still runs. The start time tells a reused pid.
bool owner_is_alive(std::string_view folder_name);

/// Move `path` out of the way into tmp/ and remove it there: what readers see goes at once. Errors: io.
Result<void> discard(const std::filesystem::path& store, const std::filesystem::path& path);

}  // namespace envtool::store
