#include "envtool/resolve/python/prefetch.hpp"

#include <algorithm>

namespace envtool::resolve::python {

Prefetch::Prefetch(Catalog& catalog, const Asked& asked, const std::vector<std::unique_ptr<Target>>& targets)
    : catalog_(catalog), asked_(asked), targets_(targets), walks_(targets.size()) {
  for (const auto& one : asked_.packages)
    if (one.requirement.url) fixed_.insert(one.requirement.key);
  catalog_.on_page = [this](const auto& page) { page_came(page); };
  catalog_.on_metadata = [this](const std::string& key, const auto& metadata) {
    metadata_came(key, metadata);
  };
}

void Prefetch::start() {
  std::lock_guard hold(mutex_);
  for (std::size_t target = 0; target < targets_.size(); ++target)
    for (const auto& asked : asked_.packages)
      if (asked.requirement.applies(targets_[target]->environment())) require(target, asked.requirement);
}

void Prefetch::require(std::size_t target, const pep::Requirement& requirement) {
  if (requirement.url || fixed_.contains(requirement.key)) return;
  Walk& walk = walks_[target][requirement.key];
  bool changed = !walk.wanted;
  walk.wanted = true;
  for (const std::string& extra : requirement.extras) changed = walk.extras.insert(extra).second || changed;
  const auto add = [&](const pep::SpecifierSet& set) {
    if (set.empty()) return;
    if (std::find(walk.specifiers.begin(), walk.specifiers.end(), set) != walk.specifiers.end()) return;
    walk.specifiers.push_back(set);
    changed = true;
  };
  auto overridden = asked_.overrides.find(requirement.key);
  if (overridden == asked_.overrides.end()) add(requirement.specifier);
  else
    for (const auto& one : overridden->second) add(one.requirement.specifier);
  if (auto held = asked_.constraints.find(requirement.key); held != asked_.constraints.end())
    for (const auto& one : held->second) add(one.requirement.specifier);
  if (!changed) return;
  if (auto page = catalog_.peek_page(requirement.key)) guess(target, requirement.key, walk, *page);
  else catalog_.want_page(requirement.key);
}

void Prefetch::follow_fixed(const pep::Metadata& metadata, const std::vector<std::string>& extras) {
  std::lock_guard hold(mutex_);
  fixed_.insert(metadata.key);
  Walk walk;
  walk.extras.insert(extras.begin(), extras.end());
  for (std::size_t target = 0; target < targets_.size(); ++target) follow(target, metadata, walk);
}

void Prefetch::page_came(const std::shared_ptr<const Page>& page) {
  std::lock_guard hold(mutex_);
  for (std::size_t target = 0; target < targets_.size(); ++target) {
    auto walk = walks_[target].find(page->name);
    if (walk != walks_[target].end()) guess(target, page->name, walk->second, *page);
  }
}

void Prefetch::guess(std::size_t target, const std::string& name, Walk& walk, const Page& page) {
  const Target& rules = *targets_[target];
  const auto fits = [&](const Release& release) {
    return std::all_of(walk.specifiers.begin(), walk.specifiers.end(), [&](const pep::SpecifierSet& set) {
      return set.contains(release.version, pep::Prereleases::allow);
    });
  };
  const File* pick = nullptr;
  const auto pin = rules.asked().pins.find(name);
  for (bool stable : {true, false}) {
    for (auto release = page.releases.rbegin(); release != page.releases.rend(); ++release) {
      if (release->version.is_prerelease() == stable || !fits(*release)) continue;
      const Assessment assessment = rules.assess(page, *release);
      if (assessment.file == nullptr || !assessment.file->wheel) continue;
      if (pick == nullptr) pick = assessment.file;
      if (pin == rules.asked().pins.end()) break;
      if (release->version.text() != pin->second) continue;
      pick = assessment.file;
      break;
    }
    if (pick != nullptr) break;
  }
  if (pick == nullptr) return;
  const std::string key = Catalog::metadata_key(*pick);
  walk.expected = key;
  if (auto known = metadata_.find(key); known != metadata_.end()) return follow(target, *known->second, walk);
  catalog_.want_metadata(*pick);
}

void Prefetch::metadata_came(const std::string& key, const std::shared_ptr<const pep::Metadata>& metadata) {
  std::lock_guard hold(mutex_);
  metadata_[key] = metadata;
  for (std::size_t target = 0; target < targets_.size(); ++target) {
    auto walk = walks_[target].find(metadata->key);
    if (walk != walks_[target].end() && walk->second.expected == key) follow(target, *metadata, walk->second);
  }
}

void Prefetch::follow(std::size_t target, const pep::Metadata& metadata, const Walk& walk) {
  pep::MarkerSelection selection;
  selection.extras = walk.extras;
  // `require` may grow the map but never moves a node; the selection is a copy because a package can require
  // more extras of itself.
  for (const pep::Requirement& requirement : metadata.requires_dist)
    if (requirement.applies(targets_[target]->environment(), selection)) require(target, requirement);
}

}  // namespace envtool::resolve::python
