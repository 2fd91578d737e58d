#pragma once
// Which file of a wheel goes where (PEP 427, "Installing a wheel 'distribution-1.0-py32-none-any.whl'"):
// decided before a byte is unpacked, so that the files can be written in the order of the layer's tar.
#include <cstdint>
#include <string>
#include <vector>

#include "envtool/formats/archive/zip.hpp"
#include "envtool/image/image.hpp"

namespace envtool::image {

struct InstallFile {
  std::string path;                            ///< relative to the tree's root, clean
  const archive::ZipMember* member = nullptr;  ///< content is this member's
  std::string bytes;                           ///< or, with no member, these
  bool executable = false;
  Digest sha256;
  std::uint64_t size = 0;
};

/// In:     `wheel`, opened; it must outlive the result. `object`, its name in errors.
/// Out:    files sorted by path: modules and .data schemes, `#!python` scripts rewritten, entry points as
///         scripts, INSTALLER, direct_url.json, and a RECORD of all. Byte code in __pycache__, signatures of
///         the old RECORD and REQUESTED are left out.
/// Errors: hostile_archive — a member that leaves its place, a link, colliding names, a script that would
///         replace the environment's Python; bad_input — RECORD and members do not match, no WHEEL.
Result<std::vector<InstallFile>> plan_install(const archive::ZipReader& wheel, const WheelTree& what,
                                              const InstallScheme& scheme, const std::string& object);

}  // namespace envtool::image
