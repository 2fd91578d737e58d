#include "envtool/project/time_text.hpp"

#include <fmt/format.h>

namespace envtool::project {
namespace {

/// `count` digits at `at`, which moves past them; -1 when they are not there.
int digits(std::string_view text, std::size_t& at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i, ++at) {
    if (text[at] < '0' || text[at] > '9') return -1;
    value = value * 10 + (text[at] - '0');
  }
  return value;
}
bool take(std::string_view text, std::size_t& at, std::string_view any_of) {
  if (at >= text.size() || any_of.find(text[at]) == std::string_view::npos) return false;
  ++at;
  return true;
}

bool clock_part(std::string_view text, std::size_t& at, std::chrono::seconds& out) {
  const int hour = digits(text, at, 2);
  if (!take(text, at, ":")) return false;
  const int minute = digits(text, at, 2);
  int second = 0;
  if (take(text, at, ":")) {
    second = digits(text, at, 2);
    if (take(text, at, ".")) {
      if (digits(text, at, 1) < 0) return false;
      while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    }
  }
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return false;
  out = std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
  return true;
}

bool offset_part(std::string_view text, std::size_t& at, std::chrono::seconds& out) {
  out = {};
  if (take(text, at, "Zz")) return true;
  const bool west = at < text.size() && text[at] == '-';
  if (!take(text, at, "+-")) return false;
  const int hour = digits(text, at, 2);
  if (!take(text, at, ":")) return false;
  const int minute = digits(text, at, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return false;
  out = std::chrono::hours(hour) + std::chrono::minutes(minute);
  if (west) out = -out;
  return true;
}

}  // namespace

Result<std::chrono::sys_seconds> parse_time(std::string_view text) {
  using namespace std::chrono;
  const auto bad = [&] {
    return fail(Code::bad_input, "'" + std::string(text) + "' is not a date",
                "write a day as 2026-09-01, or a moment as 2026-09-01T12:00:00Z");
  };
  std::size_t at = 0;
  const int y = digits(text, at, 4);
  if (!take(text, at, "-")) return bad();
  const int m = digits(text, at, 2);
  if (!take(text, at, "-")) return bad();
  const int d = digits(text, at, 2);
  if (y < 0 || m < 0 || d < 0) return bad();
  const year_month_day day{year(y), month(static_cast<unsigned>(m)),
                           std::chrono::day(static_cast<unsigned>(d))};
  if (!day.ok()) return bad();
  const sys_seconds midnight = sys_days(day);
  if (at == text.size()) return midnight;
  seconds clock{};
  seconds offset{};
  if (!take(text, at, "Tt ") || !clock_part(text, at, clock) || !offset_part(text, at, offset) ||
      at != text.size())
    return bad();
  return midnight + clock - offset;
}

std::string render_time(std::chrono::sys_seconds time) {
  using namespace std::chrono;
  const auto midnight = floor<days>(time);
  const year_month_day day{midnight};
  const hh_mm_ss clock{time - midnight};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace envtool::project
