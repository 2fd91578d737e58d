#include "envtool/resolve/python/provider.hpp"

#include <algorithm>

namespace envtool::resolve::python {

using solver::Dependencies;
using solver::Dependency;
using solver::PackageId;
using solver::Rank;
using solver::VersionSet;

namespace {

constexpr std::uint32_t kFetchAheadAfter = 4;
constexpr std::size_t kFetchAhead = 64;

}  // namespace

PythonProvider::PythonProvider(Catalog& catalog, const Asked& asked, const Target& target,
                               const FixedSources& fixed, std::map<std::string, std::string> prefer)
    : catalog_(catalog), asked_(asked), target_(target), fixed_(fixed), prefer_(std::move(prefer)) {
  packages_.push_back({});  // the root
}

std::optional<PackageId> PythonProvider::base(PackageId id) const {
  if (packages_[id].extra.empty()) return std::nullopt;
  return packages_[id].base;
}

Assessment PythonProvider::assess(PackageId id, Rank rank) const {
  const Universe& universe = *packages_[id].universe;
  if (universe.fixed_source()) {
    const File& file = universe.release(rank).files.front();
    return {.file = &file, .obstacle = Obstacle::none, .example = nullptr};
  }
  return target_.assess(universe.page(), universe.release(rank));
}

std::optional<Rank> PythonProvider::preferred(const Package& package, const VersionSet& allowed) const {
  for (const auto* preferences : {&target_.asked().pins, &prefer_}) {
    auto found = preferences->find(package.name);
    if (found == preferences->end()) continue;
    auto version = pep::Version::try_parse(found->second);
    if (!version) continue;
    const auto& releases = package.universe->page().releases;
    auto place =
        std::lower_bound(releases.begin(), releases.end(), *version,
                         [](const Release& release, const pep::Version& v) { return release.version < v; });
    if (place == releases.end() || place->version != *version) continue;
    const auto rank = static_cast<Rank>(place - releases.begin());
    if (!allowed.contains(rank)) continue;
    if (target_.assess(package.universe->page(), *place).file != nullptr) return rank;
  }
  return std::nullopt;
}

Result<std::optional<Rank>> PythonProvider::choose(PackageId id, const VersionSet& allowed) {
  if (id == root()) return std::optional<Rank>(0);
  const Package& package = packages_[id];
  fetch_ahead(id, allowed);
  if (auto rank = preferred(package, allowed)) return rank;
  // Stable wheel, stable source, pre-release wheel, pre-release source: the first kind that there is.
  std::optional<Rank> best[4];
  for (auto rank = allowed.highest(); rank; rank = allowed.below(*rank)) {
    const std::size_t kind = package.universe->release(*rank).version.is_prerelease() ? 2 : 0;
    if (best[kind]) continue;
    const Assessment found = assess(id, *rank);
    if (found.file == nullptr) continue;
    auto& slot = best[kind + (found.file->wheel ? 0 : 1)];
    if (!slot) slot = rank;
    if (best[0]) break;
  }
  for (const auto& rank : best)
    if (rank) return rank;
  return std::optional<Rank>{};
}

/// A package that is tried again and again (botocore, urllib3) will be tried further down: its metadata is
/// fetched side by side instead of one after the other.
void PythonProvider::fetch_ahead(PackageId id, const VersionSet& allowed) {
  Tried& tried = tried_[id];
  const auto highest = allowed.highest();
  if (++tried.count < kFetchAheadAfter || !highest || (tried.reached && *highest >= *tried.reached)) return;
  std::size_t count = 0;
  for (auto rank = highest; rank && count < kFetchAhead; rank = allowed.below(*rank)) {
    tried.reached = rank;
    if (packages_[id].universe->release(*rank).version.is_prerelease()) continue;
    const Assessment found = assess(id, *rank);
    if (found.file == nullptr || !found.file->wheel) continue;
    catalog_.want_metadata(*found.file);
    ++count;
  }
}

solver::Urgency PythonProvider::urgency(PackageId id, const VersionSet& allowed) const {
  if (id == root()) return solver::Urgency::fixed_source;
  if (packages_[id].universe->fixed_source()) return solver::Urgency::fixed_source;
  return allowed.count() == 1 ? solver::Urgency::pinned : solver::Urgency::ordinary;
}

Result<Dependencies> PythonProvider::dependencies(PackageId id, Rank version) {
  Dependencies answer;
  if (id == root()) {
    ENVTOOL_CHECK(add_asked(answer));
    return answer;
  }
  const Package package = packages_[id];
  if (!package.extra.empty()) {
    const auto text =
        intern(Requirement{package.name + "==" + package.universe->release(version).version.text(),
                           Origin::own_extra, nullptr, ""});
    answer.list.push_back({package.base, VersionSet::single(package.universe->size(), version), text});
  }
  ENVTOOL_CHECK(add_metadata(package, version, answer));
  return answer;
}

Result<void> PythonProvider::add_asked(Dependencies& into) {
  for (const auto& asked : asked_.packages)
    if (!fixed_.contains(asked.requirement.key) && asked.requirement.applies(target_.environment()))
      catalog_.want_page(asked.requirement.key);
  for (const auto& asked : asked_.packages) {
    if (!asked.requirement.applies(target_.environment())) continue;
    ENVTOOL_CHECK(
        add(asked.requirement, {asked.requirement.str(), Origin::asked, &asked.written, "you"}, into));
  }
  return {};
}

Result<std::shared_ptr<const pep::Metadata>> PythonProvider::metadata(const File& file) {
  auto known = catalog_.metadata(file);
  if (known || file.wheel || known.error().code != Code::unsupported || !build_metadata) return known;
  return build_metadata(file);
}

std::vector<const pep::Requirement*> PythonProvider::applicable(const pep::Metadata& metadata,
                                                                const std::string& extra) const {
  std::vector<const pep::Requirement*> list;
  pep::MarkerSelection selection;
  if (!extra.empty()) selection.extras.insert(extra);
  for (const auto& wanted : metadata.requires_dist) {
    if (!wanted.applies(target_.environment(), selection)) continue;
    // What the base needs anyway stands with the base.
    if (!extra.empty() && wanted.applies(target_.environment())) continue;
    list.push_back(&wanted);
  }
  return list;
}

Result<void> PythonProvider::add_metadata(const Package& package, Rank version, Dependencies& into) {
  const Release& release = package.universe->release(version);
  const Assessment found = assess(intern(package.name, "", package.universe), version);
  auto metadata = this->metadata(*found.file);
  if (!metadata) {
    const Code code = metadata.error().code;
    if (code != Code::bad_input && code != Code::hostile_archive) return Failure(std::move(metadata).error());
    into.unavailable = metadata.error().what;
    return {};
  }
  const pep::Metadata& facts = **metadata;
  if (facts.key != package.name || facts.version != release.version) {
    into.unavailable = "its metadata says that it is " + facts.name + " " + facts.version.text();
    return {};
  }
  if (found.file->requires_python.empty() && facts.requires_python &&
      !target_.runs_python(facts.requires_python->str())) {
    into.unavailable =
        "it needs Python " + facts.requires_python->str() + ", and here is " + target_.asked().python;
    return {};
  }
  if (!package.extra.empty() && std::find(facts.provides_extra.begin(), facts.provides_extra.end(),
                                          package.extra) == facts.provides_extra.end())
    remarks_.insert(package.name + " " + release.version.text() + " has no extra '" + package.extra + "'");
  const auto wanted = applicable(facts, package.extra);
  for (const auto* one : wanted)
    if (!one->url && !fixed_.contains(one->key)) catalog_.want_page(one->key);
  for (const auto* one : wanted) {
    ENVTOOL_CHECK(add(*one, {one->str(), Origin::package, nullptr, ""}, into));
    if (into.unavailable) return {};
  }
  return {};
}

Result<void> PythonProvider::add(const pep::Requirement& wanted, Requirement text, Dependencies& into) {
  pep::Requirement bare = wanted;
  bare.marker.reset();
  text.text = bare.str();
  if (wanted.url && text.origin == Origin::package && !fixed_.contains(wanted.key)) {
    into.unavailable = "it asks for " + wanted.name + " from " + *wanted.url +
                       ", and only requirements in env.yaml may name a url";
    return {};
  }
  ENVTOOL_TRY(Universe* const universe, this->universe(wanted.key));
  VersionSet allowed = universe->allowed(wanted.specifier);
  if (auto overridden = asked_.overrides.find(wanted.key); overridden != asked_.overrides.end()) {
    allowed = VersionSet::any(universe->size());
    for (const auto& one : overridden->second) {
      if (!one.requirement.applies(target_.environment())) continue;
      allowed &= universe->allowed(one.requirement.specifier);
      text = {one.requirement.str(), Origin::constraint, &one.written, "your overrides"};
    }
  }
  const std::uint32_t requirement = intern(std::move(text));
  const PackageId id = intern(wanted.key, "", universe);
  into.list.push_back({id, allowed, requirement});
  for (const std::string& extra : wanted.extras)
    into.list.push_back({intern(wanted.key, extra, universe), allowed, requirement});
  return add_constraints(wanted.key, id, *universe, into);
}

/// A constraint holds whenever the package is chosen, so "absent" is allowed too.
Result<void> PythonProvider::add_constraints(const std::string& name, PackageId id, Universe& universe,
                                             Dependencies& into) {
  auto held = asked_.constraints.find(name);
  if (held == asked_.constraints.end()) return {};
  for (const auto& one : held->second) {
    if (!one.requirement.applies(target_.environment())) continue;
    VersionSet allowed = universe.allowed(one.requirement.specifier);
    allowed.insert_absent();
    into.list.push_back(
        {id, std::move(allowed),
         intern(Requirement{one.requirement.str(), Origin::constraint, &one.written, "your constraints"})});
  }
  return {};
}

Result<Universe*> PythonProvider::universe(const std::string& name) {
  auto& slot = universes_[name];
  if (slot) return slot.get();
  if (auto fixed = fixed_.find(name); fixed != fixed_.end()) {
    slot = std::make_unique<Universe>(fixed->second, true);
    return slot.get();
  }
  ENVTOOL_TRY(auto page, catalog_.page(name));
  slot = std::make_unique<Universe>(std::move(page));
  return slot.get();
}

PackageId PythonProvider::intern(const std::string& name, const std::string& extra, Universe* universe) {
  if (auto known = package_ids_.find({name, extra}); known != package_ids_.end()) return known->second;
  const PackageId base = extra.empty() ? 0 : intern(name, "", universe);
  const auto id = static_cast<PackageId>(packages_.size());
  packages_.push_back({name, extra, extra.empty() ? id : base, universe});
  package_ids_.emplace(std::pair(name, extra), id);
  return id;
}

std::uint32_t PythonProvider::intern(Requirement requirement) {
  const std::pair key(requirement.from, requirement.text);
  auto [entry, added] = requirement_ids_.emplace(key, static_cast<std::uint32_t>(requirements_.size()));
  if (added) requirements_.push_back(std::move(requirement));
  return entry->second;
}

Result<std::vector<std::string>> PythonProvider::needed_names(const std::string& name, const File& file,
                                                              const std::set<std::string>& extras) {
  ENVTOOL_TRY(auto facts, metadata(file));
  std::set<std::string> names;
  pep::MarkerSelection selection;
  selection.extras = extras;
  for (const auto& wanted : facts->requires_dist)
    if (wanted.applies(target_.environment(), selection) && wanted.key != name) names.insert(wanted.key);
  return std::vector<std::string>(names.begin(), names.end());
}

}  // namespace envtool::resolve::python
