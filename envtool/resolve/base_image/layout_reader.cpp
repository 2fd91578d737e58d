#include "envtool/resolve/base_image/layout_reader.hpp"

#include <array>

#include "envtool/formats/archive/tar.hpp"

namespace envtool::resolve::base_image {
namespace {

constexpr ByteCount kDocumentLimit = 8_MiB;

/// One member of a tar file. A tar has no index, so every member is looked for from the start.
class TarMember : public archive::ByteStream {
 public:
  static Result<std::unique_ptr<archive::ByteStream>> find(const std::filesystem::path& path,
                                                           const std::string& name) {
    ENVTOOL_TRY(auto file, archive::FileStream::open(path.string()));
    auto member = std::make_unique<TarMember>(std::move(file), path.string());
    while (true) {
      ENVTOOL_TRY(const auto entry, member->tar_.next());
      if (!entry) return fail(Code::not_found, path.string() + " has no " + name);
      if (entry->path == name && entry->type == archive::TarEntry::Type::file) return member;
    }
  }
  TarMember(archive::FileStream file, std::string object)
      : file_(std::move(file)), tar_(file_, std::move(object)) {}
  Result<std::size_t> read(std::span<char> into) override { return tar_.read(into); }

 private:
  archive::FileStream file_;
  archive::TarReader tar_;
};

}  // namespace

Result<LayoutReader> LayoutReader::open(const std::filesystem::path& path) {
  LayoutReader reader;
  reader.path_ = path;
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status))
    return fail(Code::not_found, "there is no image layout at " + path.string());
  reader.folder_ = std::filesystem::is_directory(status);
  if (!reader.folder_ && !std::filesystem::is_regular_file(status))
    return fail(Code::bad_input, path.string() + " is no image layout");
  return reader;
}

Result<std::unique_ptr<archive::ByteStream>> LayoutReader::file(const std::string& name) const {
  if (!folder_) return TarMember::find(path_, name);
  std::error_code ignored;
  if (!std::filesystem::exists(path_ / name, ignored)) {
    return fail(Code::not_found, path_.string() + " has no " + name);
  }
  ENVTOOL_TRY(auto stream, archive::FileStream::open((path_ / name).string()));
  return std::make_unique<archive::FileStream>(std::move(stream));
}

Result<std::string> LayoutReader::index() const {
  auto stream = file("index.json");
  if (!stream) {
    return fail(std::move(stream).error().hint(
        "an image layout has index.json and blobs/: `skopeo copy docker://IMAGE oci:FOLDER` makes one"));
  }
  return archive::read_all(**stream, kDocumentLimit, path_.string() + ": index.json");
}

Result<std::string> LayoutReader::document(const Digest& digest) const {
  ENVTOOL_TRY(const auto stream, blob(digest));
  ENVTOOL_TRY(auto bytes, archive::read_all(*stream, kDocumentLimit, digest.str()));
  if (Digest::of(bytes) != digest)
    return fail(Code::digest_mismatch,
                path_.string() + ": the blob " + digest.str() + " is not what its name says");
  return bytes;
}

Result<std::unique_ptr<archive::ByteStream>> LayoutReader::blob(const Digest& digest) const {
  return file("blobs/sha256/" + digest.hex());
}

Result<std::size_t> HashingStream::read(std::span<char> into) {
  ENVTOOL_TRY(const auto count, source_.read(into));
  hash_.update(std::string_view(into.data(), count));
  return count;
}

Result<Digest> HashingStream::finish() {
  std::array<char, 65536> rest{};
  while (true) {
    ENVTOOL_TRY(const auto count, read(rest));
    if (count == 0) return hash_.finish();
  }
}

}  // namespace envtool::resolve::base_image
