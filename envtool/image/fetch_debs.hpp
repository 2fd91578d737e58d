#pragma once
// .debs from the network into a tree: each is unpacked as soon as it is there, while others still arrive.
#include <vector>

#include "envtool/image/deb_unpack.hpp"
#include "envtool/image/make_context.hpp"

namespace envtool::image {

/// In:     `debs`, sorted; rank in `target` is the place in this list. `downloads`, a folder that keeps what
///         has arrived, so that a killed build goes on where it was; the caller removes it when the tree is
///         in the store. base-files, where it is one of `debs`, is unpacked before all others: it has the
///         links that others' paths go through.
/// Out:    in the order of `debs`.
/// Errors: network, not_found, digest_mismatch, bad_input, hostile_archive, io, cancelled.
Result<std::vector<UnpackedDeb>> fetch_and_unpack(const std::vector<project::LockedDeb>& debs,
                                                  const std::filesystem::path& downloads,
                                                  UnpackTarget& target, MakeContext& context);

}  // namespace envtool::image
