#include "envtool/image/oci_layer_unpack.hpp"

#include "envtool/formats/archive/tar.hpp"
#include "envtool/image/unpack_target.hpp"

namespace envtool::image {
namespace {

using archive::TarEntry;
constexpr std::string_view kWhiteout = ".wh.", kOpaque = ".wh..wh..opq";

Result<void> unpack_entry(UnpackTarget& target, archive::TarReader& tar, const TarEntry& entry) {
  const std::size_t slash = entry.path.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : entry.path.substr(0, slash);
  const std::string name = entry.path.substr(slash == std::string::npos ? 0 : slash + 1);
  if (name == kOpaque) return target.make_opaque(folder);
  if (name.starts_with(kWhiteout)) {
    const std::string hidden = name.substr(kWhiteout.size());
    // ".wh..wh.plnk" and its like are notes of other tools.
    if (hidden.empty() || hidden.starts_with(kWhiteout)) return {};
    return target.add_whiteout(folder.empty() ? hidden : folder + "/" + hidden);
  }
  ENVTOOL_CHECK(target.add(0, entry, [&](std::span<char> into) { return tar.read(into); }));
  // In the order of the archive: what comes later may go through this link.
  return entry.type == TarEntry::Type::symlink ? target.flush_links(0) : Result<void>();
}

}  // namespace

Result<Attributes> unpack_oci_layer(archive::ByteStream& tar, const std::string& object,
                                    const std::filesystem::path& root) {
  UnpackTarget target(root, {object}, {}, UnpackTarget::Times::keep);
  archive::TarReader reader(tar, object);
  for (;;) {
    ENVTOOL_TRY(const auto entry, reader.next());
    if (!entry) break;
    ENVTOOL_CHECK(unpack_entry(target, reader, *entry));
  }
  ENVTOOL_CHECK(target.finish());
  return target.attributes();
}

}  // namespace envtool::image
