#pragma once
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "envtool/support/result.hpp"

namespace envtool {

/// A number of bytes. Never a bare integer in an interface.
struct ByteCount {
  std::uint64_t value = 0;
  auto operator<=>(const ByteCount&) const = default;
  ByteCount operator+(ByteCount other) const { return {value + other.value}; }
  ByteCount& operator+=(ByteCount other) {
    value += other.value;
    return *this;
  }
};
inline constexpr ByteCount operator""_MiB(unsigned long long n) { return {n << 20}; }
inline constexpr ByteCount operator""_KiB(unsigned long long n) { return {n << 10}; }

/// For people: "512 B", "3.2 kB", "150 MB", "3.25 GB" (powers of 1000, as download sizes are shown).
std::string render(ByteCount bytes);
/// "8GiB", "500MB", "2G", "1024": SI and IEC suffixes, case-insensitive; a bare G or M is binary as in
/// docker. Errors: bad_input.
Result<ByteCount> parse_byte_count(std::string_view text);

}  // namespace envtool
