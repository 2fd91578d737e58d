#include "envtool/image/layer_tar.hpp"

#include <fcntl.h>

#include <algorithm>
#include <map>

#include "envtool/formats/archive/tar.hpp"
#include "envtool/image/tree_scan.hpp"

namespace envtool::image {
namespace {

using archive::TarEntry;

class LayerWriter {
 public:
  LayerWriter(std::span<const store::Tree> trees, const archive::Sink& sink)
      : trees_(trees), tar_([this, &sink](std::string_view bytes) {
          digest_.update(bytes);
          return sink ? sink(bytes) : Result<void>{};
        }) {}

  Result<LayerTar> run() {
    ENVTOOL_TRY(auto entries, scan_trees(trees_));
    for (ScannedEntry& entry : entries) {
      if (entry.inode != 0 && entry.tar.type == TarEntry::Type::file) {
        const auto [first, is_new] = first_paths_.try_emplace({entry.device, entry.inode}, entry.tar.path);
        if (!is_new) {
          entry.tar.type = TarEntry::Type::hardlink;
          entry.tar.link = first->second;
          entry.tar.size = 0;
        }
      }
      ENVTOOL_CHECK(tar_.add(entry.tar));
      if (entry.tar.size > 0) ENVTOOL_CHECK(copy_content(entry));
    }
    ENVTOOL_CHECK(tar_.finish());
    return LayerTar{.diff_id = digest_.finish(), .size = tar_.written()};
  }

 private:
  Result<void> copy_content(const ScannedEntry& entry) {
    const std::string path = (trees_[entry.tree].root / entry.on_disk).string();
    ENVTOOL_TRY(archive::FileStream file, archive::FileStream::open(path));
    std::uint64_t left = entry.tar.size;
    while (left > 0) {
      const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, buffer_.size()));
      ENVTOOL_TRY(const std::size_t got, file.read(std::span(buffer_).first(wanted)));
      if (got == 0) return fail(Code::io, "the file became shorter while it was read: " + path);
      ENVTOOL_CHECK(tar_.write(std::string_view(buffer_).substr(0, got)));
      left -= got;
    }
    return {};
  }

  std::span<const store::Tree> trees_;
  Sha256 digest_;
  archive::TarWriter tar_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::string> first_paths_;
  std::string buffer_ = std::string(256 << 10, '\0');
};

}  // namespace

Result<LayerTar> write_layer_tar(std::span<const store::Tree> trees, const archive::Sink& sink) {
  return LayerWriter(trees, sink).run();
}

}  // namespace envtool::image
