#pragma once
// One thing in progress, as a line of text. Private to ui/.
#include <chrono>
#include <deque>
#include <string>

#include "envtool/support/events.hpp"

namespace envtool::ui {

using Instant = std::chrono::steady_clock::time_point;

/// What is known about one Progress::id.
struct Item {
  Progress last;
  Instant began;
  Instant told;                                           ///< when a log last had a line about it
  std::deque<std::pair<Instant, std::uint64_t>> samples;  ///< of the last seconds, for the speed

  void update(const Progress& progress, Instant now);
  /// Per second, over the last three seconds; 0 when unknown.
  [[nodiscard]] double speed(Instant now) const;
};

/// "150 MB of 3.3 GB", "42 of 107", "42"; empty for 0 of unknown.
std::string amount(const Progress& progress);
/// "0.8 s", "12 s", "3 min 5 s", "1 h 2 min".
std::string duration(std::chrono::nanoseconds time);
/// "<mark> fetching 107 wheels  42 MB of 150 MB  12 MB/s  9 s left", within `width` columns: what does not
/// fit is left out from the right, then the text is cut.
std::string progress_line(const Item& item, Instant now, std::string_view mark, std::size_t width,
                          bool unicode);

}  // namespace envtool::ui
