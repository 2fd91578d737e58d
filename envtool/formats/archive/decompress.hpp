#pragma once
// gzip (RFC 1952), xz, zstd (RFC 8878) as streams in bounded memory, told apart by their first bytes.
#include <memory>
#include <string>
#include <string_view>

#include "envtool/formats/archive/byte_stream.hpp"

namespace envtool::archive {

enum class Compression { none, gzip, xz, zstd };
std::string_view name(Compression compression);
/// By magic; six bytes are enough. `none` for anything else.
Compression detect_compression(std::string_view first_bytes);

struct DecompressLimits {
  ByteCount memory = 256_MiB;  ///< for one stream's window and tables: a frame that wants more is refused
  ByteCount output = ByteCount{64ULL << 30};  ///< more than this is refused
};

/// The plain bytes of `source` (which must outlive the result), whatever it is compressed with; plain bytes
/// pass unchanged. Concatenated members and frames are read as one.
/// In:     `object` names the bytes in errors ("numpy.deb: data.tar.xz").
/// Errors: (from read) bad_input — damaged or cut short; hostile_archive — beyond a limit.
Result<std::unique_ptr<ByteStream>> decompress(ByteStream& source, std::string object,
                                               DecompressLimits limits = {});

/// The same for bytes in memory: package indexes. Errors: hostile_archive over `limit`.
Result<std::string> decompress_all(std::string_view bytes, ByteCount limit, std::string object);

}  // namespace envtool::archive
