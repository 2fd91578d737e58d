#pragma once
// The fields of a tar header block: private to this folder.
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "envtool/support/result.hpp"

namespace envtool::archive::tar_format {

inline constexpr std::size_t kBlock = 512;
using Block = std::array<char, kBlock>;
using Records = std::map<std::string, std::string>;

/// Offset and length of each field (POSIX.1-2017 pax, "ustar Interchange Format").
struct Field {
  std::size_t offset, length;
};
inline constexpr Field kName{0, 100}, kMode{100, 8}, kUid{108, 8}, kGid{116, 8}, kSize{124, 12},
    kMtime{136, 12}, kChecksum{148, 8}, kType{156, 1}, kLink{157, 100}, kMagic{257, 8}, kMajor{329, 8},
    kMinor{337, 8}, kPrefix{345, 155};

inline std::string_view bytes(const Block& block, Field field) {
  return std::string_view(block.data(), block.size()).substr(field.offset, field.length);
}
/// Up to the first NUL.
inline std::string_view text(const Block& block, Field field) {
  const std::string_view all = bytes(block, field);
  return all.substr(0, all.find('\0'));
}
/// Octal with spaces around, or GNU base-256. nullopt: neither.
std::optional<std::int64_t> number(const Block& block, Field field);
/// Sum of all bytes with the checksum field as spaces.
std::uint32_t checksum(const Block& block);
bool is_zero(const Block& block);

/// "<length> <key>=<value>\n" records of a pax header. Later records win. nullopt: not that format.
std::optional<Records> parse_pax(std::string_view data);
std::string render_pax(const Records& records);

inline std::uint64_t padding(std::uint64_t size) { return (kBlock - size % kBlock) % kBlock; }

}  // namespace envtool::archive::tar_format
