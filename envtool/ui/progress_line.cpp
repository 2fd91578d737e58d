#include "envtool/ui/progress_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "envtool/ui/ui.hpp"

namespace envtool::ui {
using namespace std::chrono;

void Item::update(const Progress& progress, Instant now) {
  last = progress;
  if (samples.empty() || now - samples.back().first >= milliseconds(100)) {
    samples.emplace_back(now, progress.done);
  } else {
    samples.back().second = progress.done;
  }
  while (samples.size() > 2 && now - samples.front().first > seconds(3)) samples.pop_front();
}

double Item::speed(Instant now) const {
  if (samples.empty()) return 0;
  const auto time = duration_cast<milliseconds>(now - samples.front().first);
  if (time < milliseconds(400) || last.done <= samples.front().second) return 0;
  return static_cast<double>(last.done - samples.front().second) * 1000.0 / static_cast<double>(time.count());
}

std::string amount(const Progress& progress) {
  const auto shown = [&](std::uint64_t value) {
    return progress.unit == Progress::Unit::bytes ? render(ByteCount{value}) : fmt::format("{}", value);
  };
  if (progress.total > 0)
    return fmt::format("{} of {}", shown(std::min(progress.done, progress.total)), shown(progress.total));
  return progress.done > 0 ? shown(progress.done) : "";
}

std::string duration(nanoseconds time) {
  const auto tenths = duration_cast<milliseconds>(time).count() / 100;
  const auto whole = tenths / 10;
  if (tenths < 100) return fmt::format("{}.{} s", whole, tenths % 10);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

namespace {
std::string time_left(const Progress& progress, double speed) {
  if (progress.total <= progress.done || speed <= 0) return "";
  const double left = static_cast<double>(progress.total - progress.done) / speed;
  if (left > 86400) return "";
  if (left < 1) return "1 s left";
  if (left < 60) return fmt::format("{} s left", static_cast<int>(left + 0.5));
  return duration(seconds(static_cast<std::int64_t>(left) / 10 * 10)) + " left";
}
}  // namespace

std::string progress_line(const Item& item, Instant now, std::string_view mark, std::size_t width,
                          bool unicode) {
  const double speed = item.speed(now);
  const bool bytes = item.last.unit == Progress::Unit::bytes;
  const std::array<std::string, 3> facts{
      amount(item.last),
      bytes && speed > 0 ? render(ByteCount{static_cast<std::uint64_t>(speed)}) + "/s" : "",
      time_left(item.last, speed)};
  std::string right;
  // The text keeps at least 20 columns (or its own width) before any fact gets a place.
  const std::size_t least =
      display_width(mark) + 1 + std::min<std::size_t>(20, display_width(item.last.text));
  for (const auto& fact : facts) {
    if (fact.empty()) continue;
    if (least + display_width(right) + 2 + display_width(fact) > width) break;
    right += "  " + fact;
  }
  std::string out = std::string(mark) + " ";
  const std::size_t taken = display_width(out) + display_width(right);
  out += fit(item.last.text, width > taken ? width - taken : 0, unicode);
  return display_width(out) + display_width(right) <= width ? out + right : fit(out, width, unicode);
}

}  // namespace envtool::ui
