#include "envtool/image/snapshot.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdio>

namespace envtool::image {
namespace {

struct Service {
  std::string_view archive;   ///< what a lock has as the release's address
  std::string_view snapshot;  ///< the timestamp follows
};
constexpr std::array kServices{
    Service{"http://deb.debian.org/debian", "https://snapshot.debian.org/archive/debian/"},
    Service{"http://deb.debian.org/debian-security", "https://snapshot.debian.org/archive/debian-security/"},
    Service{"http://archive.ubuntu.com/ubuntu", "https://snapshot.ubuntu.com/ubuntu/"},
    Service{"http://ports.ubuntu.com/ubuntu-ports", "https://snapshot.ubuntu.com/ubuntu/"},
};

/// "2026-11-23T02:09:33Z" and a day → "20261124T020933Z": what a release names is in a snapshot some hours
/// later.
std::optional<std::string> next_day(const std::string& date) {
  int year = 0;
  unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (std::sscanf(date.c_str(), "%4d-%2u-%2uT%2u:%2u:%2uZ", &year, &month, &day, &hour, &minute, &second) !=
      6)
    return std::nullopt;
  const std::chrono::year_month_day given{std::chrono::year(year), std::chrono::month(month),
                                          std::chrono::day(day)};
  if (!given.ok()) return std::nullopt;
  const std::chrono::year_month_day next{std::chrono::sys_days(given) + std::chrono::days(1)};
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", static_cast<int>(next.year()),
                     static_cast<unsigned>(next.month()), static_cast<unsigned>(next.day()), hour, minute,
                     second);
}

}  // namespace

std::optional<std::string> snapshot_url(const std::string& url,
                                        std::span<const project::LockedRelease> releases) {
  for (const Service& service : kServices) {
    const std::string root = std::string(service.archive) + "/";
    if (!url.starts_with(root)) continue;
    std::string newest;  // RFC 3339 in UTC sorts as text
    for (const auto& release : releases)
      if (release.url == service.archive && release.date > newest) newest = release.date;
    const auto timestamp = next_day(newest);
    if (!timestamp) return std::nullopt;
    return std::string(service.snapshot) + *timestamp + "/" + url.substr(root.size());
  }
  return std::nullopt;
}

}  // namespace envtool::image
