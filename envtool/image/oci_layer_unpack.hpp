#pragma once
// The tar of an OCI layer into a tree that can be an overlay lower without any privilege.
#include "envtool/formats/archive/byte_stream.hpp"
#include "envtool/image/attributes.hpp"

namespace envtool::image {

/// In:     `tar`, plain bytes; `root`, an empty folder.
/// Out:    ".wh.x" is a character device 0:0 and ".wh..wh..opq" the xattr user.overlay.opaque (overlayfs with
///         userxattr); owners, setuid bits, devices and capabilities are returned, not applied; mtimes stay,
///         because byte code in foreign layers is valid by them.
/// Errors: bad_input, hostile_archive (an entry that leaves the tree, also through a link), io.
/// Source: OCI image-spec, layer.md; Linux Documentation/filesystems/overlayfs.rst, "Whiteouts and opaque
///         directories".
Result<Attributes> unpack_oci_layer(archive::ByteStream& tar, const std::string& object,
                                    const std::filesystem::path& root);

}  // namespace envtool::image
