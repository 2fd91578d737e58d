#include "envtool/image/layout_blob.hpp"

#include <cerrno>

#include "envtool/formats/archive/tar.hpp"

namespace envtool::image {
namespace fs = std::filesystem;
namespace {

class TarMember : public archive::ByteStream {
 public:
  static Result<std::unique_ptr<archive::ByteStream>> open(const fs::path& layout,
                                                           const std::string& wanted) {
    ENVTOOL_TRY(auto file, archive::FileStream::open(layout.native()));
    auto member = std::make_unique<TarMember>(std::move(file), layout.native());
    for (;;) {
      ENVTOOL_TRY(const auto entry, member->tar_.next());
      if (!entry) return fail(Code::not_found, "the layout " + layout.native() + " has no " + wanted);
      if (entry->path == wanted && entry->type == archive::TarEntry::Type::file)
        return std::unique_ptr<archive::ByteStream>(std::move(member));
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

Result<std::unique_ptr<archive::ByteStream>> open_layout_blob(const fs::path& layout, const Digest& digest) {
  const std::string name = "blobs/sha256/" + digest.hex();
  std::error_code error;
  if (!fs::is_directory(layout, error)) return TarMember::open(layout, name);
  auto file = archive::FileStream::open((layout / name).native());
  if (!file && file.error().sys_errno == ENOENT)
    return fail(Code::not_found, "the layout " + layout.native() + " has no " + name);
  if (!file) return fail(std::move(file).error());
  return std::unique_ptr<archive::ByteStream>(std::make_unique<archive::FileStream>(std::move(*file)));
}

}  // namespace envtool::image
