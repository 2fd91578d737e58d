#pragma once
// A tree that scripts wrote into, made the same on every machine, day, user, umask and time zone.
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "envtool/image/attributes.hpp"
#include "envtool/image/tree_writer.hpp"
#include "envtool/support/result.hpp"

namespace envtool::image {

struct Normalised {
  std::uint64_t entries = 0;
  bool whiteouts = false;
  std::vector<std::string> secrets;  ///< private keys that a script made, removed: paths
};

/// In:     `root`, a tree or an overlay's upper; `attributes`, what is known of it: entries that are gone or
///         say nothing are dropped, setuid bits and capabilities found on the disk are added; `lowers`, what
///         an upper lay over: some kernels mark every new folder as opaque, which is kept only where it hides
///         something.
/// Out:    logs, caches, lock files, backups, byte code, identities and keys of one machine are removed or
///         emptied; dates in /etc/shadow are fixed; no file has setuid or setgid on the disk; every mtime is
///         the fixed one, but for files: theirs stays when it is one of file_time(), else it is `time`.
/// Errors: io; unsupported — an overlay redirect, which no tar can hold.
Result<Normalised> normalise(const std::filesystem::path& root, Attributes& attributes,
                             std::span<const std::filesystem::path> lowers = {},
                             std::int64_t time = kFixedTime);

/// What a tree's record says of it, without changing anything. Errors: io.
struct TreeFacts {
  std::uint64_t entries = 0;
  bool whiteouts = false;
};
Result<TreeFacts> tree_facts(const std::filesystem::path& root);

/// /etc/shadow (or its kin) with every date of the last change set to the fixed day (shadow(5), field 3).
/// Pure.
std::string fix_shadow(std::string_view text);

/// What becomes of a path after the scripts; folders that packages own stay, without what is in them. Pure.
enum class Fate { keep, remove, empty, secret };
Fate fate_of(std::string_view path, bool is_folder);

}  // namespace envtool::image
