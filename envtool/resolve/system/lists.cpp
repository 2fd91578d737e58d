#include <algorithm>

#include "envtool/formats/deb/version.hpp"
#include "envtool/resolve/system/universe.hpp"

namespace envtool::resolve::system {
namespace {

bool by_name_then_newest(const Candidate& a, const Candidate& b) {
  if (a.entry.name != b.entry.name) return a.entry.name < b.entry.name;
  return deb::compare_versions(a.entry.version, b.entry.version) > 0;
}

/// The same version in two parts of an archive is the same file; the first part's is kept.
void tidy(std::vector<Candidate>& found) {
  std::stable_sort(found.begin(), found.end(), by_name_then_newest);
  const auto same = [](const Candidate& a, const Candidate& b) {
    return a.entry.name == b.entry.name && a.entry.version == b.entry.version;
  };
  found.erase(std::unique(found.begin(), found.end(), same), found.end());
}

}  // namespace

std::vector<Candidate> Lists::named(std::string_view name) const {
  std::vector<Candidate> found;
  for (const auto& list : lists_) {
    for (const auto number : list.index.find(name)) found.push_back({list.index.at(number), list.root});
  }
  tidy(found);
  return found;
}

std::vector<Candidate> Lists::providing(std::string_view name) const {
  std::vector<Candidate> found;
  for (const auto& list : lists_) {
    for (const auto number : list.index.providers(name)) found.push_back({list.index.at(number), list.root});
  }
  tidy(found);
  std::stable_sort(found.begin(), found.end(), [](const Candidate& a, const Candidate& b) {
    return a.entry.priority < b.entry.priority;
  });
  return found;
}

std::set<std::string, std::less<>> Lists::essential() const {
  std::set<std::string, std::less<>> found;
  for (const auto& list : lists_) {
    for (const auto number : list.index.essential()) found.emplace(list.index.at(number).name);
  }
  return found;
}

std::vector<std::string> Lists::names() const {
  std::set<std::string_view> found;
  for (const auto& list : lists_) {
    for (std::uint32_t number = 0; number < list.index.size(); ++number)
      found.insert(list.index.at(number).name);
  }
  return {found.begin(), found.end()};
}

}  // namespace envtool::resolve::system
