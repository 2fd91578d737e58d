#pragma once
// Numbers of zip records: private to this folder.
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace envtool::archive {

/// `Bytes` bytes at `offset`; the caller has checked the length.
template <std::size_t Bytes>
std::uint64_t little_endian(std::string_view data, std::size_t offset) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < Bytes; ++i)
    value |= std::uint64_t{static_cast<unsigned char>(data[offset + i])} << (8 * i);
  return value;
}
inline std::uint16_t le16(std::string_view data, std::size_t offset) {
  return static_cast<std::uint16_t>(little_endian<2>(data, offset));
}
inline std::uint32_t le32(std::string_view data, std::size_t offset) {
  return static_cast<std::uint32_t>(little_endian<4>(data, offset));
}
inline std::uint64_t le64(std::string_view data, std::size_t offset) {
  return little_endian<8>(data, offset);
}

/// Sizes and offset of one record with its zip64 extra field (APPNOTE 4.5.3): only those that are all ones
/// in the record are there, in this order. Out: false when the field is malformed.
struct ZipSizes {
  std::uint64_t size = 0, compressed_size = 0, offset = 0;
  bool read_zip64(std::string_view extra);
};

}  // namespace envtool::archive
