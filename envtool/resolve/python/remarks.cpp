#include "envtool/resolve/python/remarks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace envtool::resolve::python {
namespace {

constexpr std::int64_t kYear = 31'556'952;
constexpr std::int64_t kYearsOld = 2;

int year_of(std::int64_t seconds) {
  const auto day =
      std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(seconds)));
  return static_cast<int>(std::chrono::year_month_day(day).year());
}

std::int64_t uploaded(const Release& release) {
  std::int64_t first = 0;
  for (const File& file : release.files)
    if (file.uploaded != 0 && (first == 0 || file.uploaded < first)) first = file.uploaded;
  return first;
}

/// The newest stable release that is not yanked, whether or not it can be used here.
const Release* newest(const Page& page) {
  for (auto release = page.releases.rbegin(); release != page.releases.rend(); ++release)
    if (!release->version.is_prerelease() && !release->files.empty() && !release->files.front().yanked)
      return &*release;
  return nullptr;
}

void remark_on(const Pick& pick, bool pinned, std::set<std::string>& sentences) {
  if (pick.fixed_source) return;
  if (pick.release->version.is_prerelease() && !pinned)
    sentences.insert(fmt::format("{} {} is a pre-release: no stable version fits", pick.name, pick.version));
  if (pick.file->yanked)
    sentences.insert(fmt::format("{} {} was yanked by its authors{}{}", pick.name, pick.version,
                                 pick.file->yanked_reason.empty() ? "" : ": ", pick.file->yanked_reason));
  const Release* latest = newest(*pick.page);
  if (latest == nullptr || latest == pick.release || pinned) return;
  const std::int64_t mine = uploaded(*pick.release), theirs = uploaded(*latest);
  if (mine == 0 || theirs - mine < kYearsOld * kYear) return;
  sentences.insert(
      fmt::format("{} {} is of {}, {} years older than the newest release {}: something holds it back",
                  pick.name, pick.version, year_of(mine), (theirs - mine) / kYear, latest->version.text()));
}

}  // namespace

void make_remarks(const std::vector<TargetSolution>& solutions,
                  const std::vector<std::unique_ptr<Target>>& targets, const std::set<std::string>& pinned,
                  Events& events) {
  std::set<std::string> sentences;
  std::map<std::string, std::map<std::string, std::string>> versions;  // name → platform → version
  for (std::size_t i = 0; i < solutions.size(); ++i) {
    sentences.insert(solutions[i].remarks.begin(), solutions[i].remarks.end());
    for (const Pick& pick : solutions[i].picks) {
      remark_on(pick, pinned.contains(pick.name + " " + pick.release->version.str()), sentences);
      versions[pick.name][targets[i]->asked().platform.str()] = pick.version;
    }
  }
  for (const std::string& sentence : sentences) events.warn(sentence);
  for (const auto& [name, by_platform] : versions) {
    const auto& first = by_platform.begin()->second;
    if (std::all_of(by_platform.begin(), by_platform.end(),
                    [&](const auto& one) { return one.second == first; }))
      continue;
    std::string text;
    for (const auto& [platform, version] : by_platform)
      text += fmt::format("{}{} on {}", text.empty() ? "" : ", ", version, platform);
    events.note(fmt::format("{} differs between platforms: {}", name, text));
  }
}

}  // namespace envtool::resolve::python
