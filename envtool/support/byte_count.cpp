#include "envtool/support/byte_count.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace envtool {

std::string render(ByteCount bytes) {
  static constexpr std::array kUnits{"B", "kB", "MB", "GB", "TB"};
  double amount = static_cast<double>(bytes.value);
  std::size_t unit = 0;
  while (amount >= 999.5 && unit + 1 < kUnits.size()) {
    amount /= 1000;
    ++unit;
  }
  std::array<char, 32> out{};
  const int digits = unit == 0 || amount >= 99.95 ? 0 : amount >= 9.995 ? 1 : 2;
  std::snprintf(out.data(), out.size(), "%.*f %s", digits, amount, kUnits[unit]);
  return out.data();
}

Result<ByteCount> parse_byte_count(std::string_view text) {
  double number = 0;
  const auto [rest, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string suffix;
  for (const char* p = rest; p != text.data() + text.size(); ++p) {
    if (*p != ' ') suffix.push_back(static_cast<char>(*p >= 'a' && *p <= 'z' ? *p - 32 : *p));
  }
  static constexpr std::string_view kLetters = "KMGT";
  double factor = 1;
  bool good = status == std::errc{} && number >= 0 && std::isfinite(number);
  if (good && !suffix.empty() && suffix != "B") {
    const auto power = kLetters.find(suffix[0]);
    const std::string_view tail = std::string_view(suffix).substr(1);
    good = power != std::string_view::npos && (tail.empty() || tail == "B" || tail == "IB");
    factor = std::pow(tail == "B" ? 1000.0 : 1024.0, static_cast<double>(power) + 1);
  }
  if (!good || number * factor > 9e18) {
    return fail(Code::bad_input, "'" + std::string(text) + "' is not a size",
                "write a number and a unit, for example 8GiB or 500MB");
  }
  return ByteCount{static_cast<std::uint64_t>(std::llround(number * factor))};
}

}  // namespace envtool
