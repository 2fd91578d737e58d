#pragma once
// Small records that tell by themselves whether they are whole. Nothing here is fsynced while a build waits:
// a file system may, after a power cut, show a renamed entry whose bytes never reached the disk. So a record
// carries a checksum of itself, and the boot and the moment it was written in; a record of an earlier boot
// counts only if a flush of the whole file system was finished after that moment (docs/formats/store.md,
// "Power loss").
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "envtool/support/result.hpp"

namespace envtool::store {

/// Write `body` under a header of one line. `path` is inside the store `folder`. Errors: io.
Result<void> write_sealed(const std::filesystem::path& path, std::string_view body);

/// The body, or nothing when the file is absent, torn, or may describe bytes that a power cut has lost.
std::optional<std::string> read_sealed(const std::filesystem::path& folder,
                                       const std::filesystem::path& path);

/// Flush the store's file system, then note that all written before is on the disk. In a child process that
/// outlives the caller by as long as the disk needs, because a build need not wait for it; with `wait` here.
void settle(const std::filesystem::path& folder, bool wait = false);

}  // namespace envtool::store
