#pragma once
// Private to resolve/base_image: an OCI image layout, as a folder or as a tar of one (image-layout.md).
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "envtool/formats/archive/byte_stream.hpp"
#include "envtool/support/digest.hpp"
#include "envtool/support/result.hpp"

namespace envtool::resolve::base_image {

class LayoutReader {
 public:
  /// Errors: not_found; bad_input when it is neither a layout folder nor a file.
  static Result<LayoutReader> open(const std::filesystem::path& path);

  /// `index.json`. Errors: bad_input, io.
  [[nodiscard]] Result<std::string> index() const;
  /// A manifest or config, checked. Errors: not_found, digest_mismatch, bad_input over 8 MiB.
  [[nodiscard]] Result<std::string> document(const Digest& digest) const;
  /// A layer's bytes, unchecked. Errors: not_found, io.
  [[nodiscard]] Result<std::unique_ptr<archive::ByteStream>> blob(const Digest& digest) const;

 private:
  [[nodiscard]] Result<std::unique_ptr<archive::ByteStream>> file(const std::string& name) const;
  std::filesystem::path path_;
  bool folder_ = true;
};

/// Hashes what is read through it.
class HashingStream : public archive::ByteStream {
 public:
  explicit HashingStream(archive::ByteStream& source) : source_(source) {}
  Result<std::size_t> read(std::span<char> into) override;
  /// Read the rest; the digest of everything. Once.
  Result<Digest> finish();

 private:
  archive::ByteStream& source_;
  Sha256 hash_;
};

}  // namespace envtool::resolve::base_image
