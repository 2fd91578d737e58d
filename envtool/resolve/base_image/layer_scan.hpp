#pragma once
// Private to resolve/base_image: what an image's layers say about its Python and C library.
#include <map>
#include <set>
#include <string>

#include "envtool/formats/archive/byte_stream.hpp"
#include "envtool/project/lock.hpp"
#include "envtool/support/result.hpp"

namespace envtool::resolve::base_image {

/// Files of interest in the union of the layers read so far; paths without a leading slash.
class LayerScan {
 public:
  /// Read one layer, the next above those before; its digests are checked.
  /// Errors: digest_mismatch, bad_input, hostile_archive.
  Result<void> add(archive::ByteStream& blob, const project::LockedOciLayer& layer);

  [[nodiscard]] const std::set<std::string>& pythons() const { return pythons_; }
  /// "3.11.2" of the interpreter at this path, empty when nothing tells it.
  [[nodiscard]] std::string version_of(const std::string& python) const;
  /// "glibc 2.36", "musl 1.2", or empty.
  [[nodiscard]] std::string libc() const;

 private:
  void remove(const std::string& path, bool below_only);
  std::set<std::string> pythons_;             ///< usr/local/bin/python3.11
  std::map<std::string, std::string> texts_;  ///< dpkg's and apk's databases, patchlevel.h
  std::map<std::string, std::string> glibc_;  ///< path of libc.so.6 → version
};

/// The version in "… stable release version 2.36." of a libc.so.6, or empty.
std::string glibc_version(std::string_view library);

}  // namespace envtool::resolve::base_image
