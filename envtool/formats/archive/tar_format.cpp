#include "envtool/formats/archive/tar_format.hpp"

#include <algorithm>
#include <charconv>

#include "envtool/support/text.hpp"

namespace envtool::archive::tar_format {
namespace {

std::optional<std::int64_t> base256(std::string_view field) {
  const bool negative = (field[0] & 0x40) != 0;
  std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
  for (std::size_t i = 0; i < field.size(); ++i) {
    auto byte = static_cast<unsigned char>(field[i]);
    if (i == 0) byte = negative ? static_cast<unsigned char>(byte | 0x80) : byte & 0x7f;
    const std::uint64_t top = value >> 55;
    if (top != 0 && top != 0x1ff) return std::nullopt;
    value = (value << 8) | byte;
  }
  return static_cast<std::int64_t>(value);
}

}  // namespace

std::optional<std::int64_t> number(const Block& block, Field field) {
  std::string_view digits = bytes(block, field);
  if ((digits[0] & 0x80) != 0) return base256(digits);
  digits = digits.substr(0, digits.find('\0'));
  digits = trim(digits);
  if (digits.empty()) return 0;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 8);
  if (error != std::errc{} || end != digits.data() + digits.size() || value < 0) return std::nullopt;
  return value;
}

std::uint32_t checksum(const Block& block) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const bool in_field = i >= kChecksum.offset && i < kChecksum.offset + kChecksum.length;
    sum += in_field ? ' ' : static_cast<unsigned char>(block[i]);
  }
  return sum;
}

bool is_zero(const Block& block) {
  return std::all_of(block.begin(), block.end(), [](char c) { return c == '\0'; });
}

std::optional<Records> parse_pax(std::string_view data) {
  Records records;
  while (!data.empty()) {
    std::size_t length = 0;
    const auto [end, error] = std::from_chars(data.data(), data.data() + data.size(), length);
    if (error != std::errc{} || length > data.size()) return std::nullopt;
    const auto digits = static_cast<std::size_t>(end - data.data());
    if (length < digits + 3 || data[digits] != ' ' || data[length - 1] != '\n') return std::nullopt;
    const std::string_view record = data.substr(digits + 1, length - digits - 2);
    const std::size_t equals = record.find('=');
    if (equals == std::string_view::npos || equals == 0) return std::nullopt;
    records[std::string(record.substr(0, equals))] = record.substr(equals + 1);
    data.remove_prefix(length);
  }
  return records;
}

std::string render_pax(const Records& records) {
  std::string data;
  for (const auto& [key, value] : records) {
    const std::size_t rest = key.size() + value.size() + 3;  // space, equals, newline
    std::size_t length = rest + std::to_string(rest).size();
    length = rest + std::to_string(length).size();  // the digits count themselves
    data += std::to_string(length) + ' ' + key + '=' + value + '\n';
  }
  return data;
}

}  // namespace envtool::archive::tar_format
