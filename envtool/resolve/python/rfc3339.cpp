#include "envtool/resolve/python/rfc3339.hpp"

#include <charconv>
#include <chrono>

namespace envtool::resolve::python {

std::int64_t parse_upload_time(std::string_view text) {
  const auto number = [&](std::size_t at, std::size_t digits) {
    int value = -1;
    auto [end, error] = std::from_chars(text.data() + at, text.data() + at + digits, value);
    return error == std::errc{} && end == text.data() + at + digits ? value : -1;
  };
  if (text.size() < 19 || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':') return 0;
  const int year = number(0, 4), month = number(5, 2), day = number(8, 2);
  const int hour = number(11, 2), minute = number(14, 2), second = number(17, 2);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour < 0 || minute < 0 || second < 0) return 0;
  const auto days = std::chrono::sys_days(date).time_since_epoch();
  return std::chrono::seconds(days).count() + hour * 3600 + minute * 60 + second;
}

}  // namespace envtool::resolve::python
