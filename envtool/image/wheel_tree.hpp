#pragma once
// One wheel from its source to its tree in the store. The two halves are apart so that many wheels can
// arrive while others are unpacked.
#include <filesystem>
#include <functional>

#include "envtool/image/make_context.hpp"

namespace envtool::image {

struct FetchedWheel {
  std::filesystem::path file;
  bool keep = false;  ///< it is a blob of the store (a wheel that we built), not a download
};

/// The wheel's bytes on this machine, by its sha256. Hold `store.lock(what.wheel.sha256)`: two processes that
/// need one wheel fetch it once.
/// Errors: network, digest_mismatch, cancelled, io; not_found when a wheel that was built here is gone.
Result<FetchedWheel> fetch_wheel(const WheelTree& what, MakeContext& context,
                                 std::function<void(std::uint64_t new_bytes)> on_bytes = {});

/// Unpack into the store; a downloaded file is removed then (the tree is what is kept).
/// Errors: as unpack_wheel.
Result<store::Tree> unpack_to_store(const WheelTree& what, const store::TreeKey& key,
                                    const FetchedWheel& wheel, MakeContext& context);

}  // namespace envtool::image
