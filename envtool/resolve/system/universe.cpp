#include "envtool/resolve/system/universe.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <unordered_map>

namespace envtool::resolve::system {
namespace {

/// Taken only when nothing else will do: an init system, a login session and what pulls them in have no place
/// in a container, and usrmerge converts a tree that we make merged from the start (usr-is-merged says so).
constexpr std::array<std::string_view, 13> kAvoided = {
    "dbus-user-session", "init",         "libpam-systemd", "runit-init",   "snapd", "systemd",
    "systemd-resolved",  "systemd-sysv", "sysvinit-core",  "systemd-cron", "udev",  "usrmerge",
    "xserver-xorg"};

bool avoided(std::string_view name) {
  return std::find(kAvoided.begin(), kAvoided.end(), name) != kAvoided.end();
}

/// Grows the set of shown packages from the wanted names.
class Explorer {
 public:
  Explorer(const Lists& lists, const Wanted& wanted, Breadth breadth)
      : lists_(lists), wanted_(wanted), breadth_(breadth) {}

  Result<std::vector<Candidate>> run() {
    for (const auto& name : wanted_.names) include(name);
    while (!queue_.empty()) {
      const auto candidate = queue_.front();
      queue_.pop_front();
      ENVTOOL_TRY(const auto needs, needs_of(candidate.entry));
      for (const auto& group : needs) expand(group);
    }
    std::vector<Candidate> all;
    for (const auto& [name, candidates] : shown_) all.insert(all.end(), candidates.begin(), candidates.end());
    return all;
  }

 private:
  /// The versions of a name that are shown: the pinned one while the archive has it, else the newest.
  std::vector<Candidate> versions(std::string_view name) const {
    auto found = lists_.named(name);
    if (breadth_ == Breadth::all || found.empty()) return found;
    if (const auto pin = wanted_.pins.find(name); pin != wanted_.pins.end()) {
      for (const auto& candidate : found) {
        if (candidate.entry.version == pin->second) return {candidate};
      }
    }
    return {found.front()};
  }

  void include(std::string_view name) {
    if (shown_.contains(name)) return;
    auto& place = shown_[std::string(name)];
    for (const auto& candidate : versions(name)) show(candidate, place);
  }

  void show(const Candidate& candidate, std::vector<Candidate>& place) {
    place.push_back(candidate);
    queue_.push_back(candidate);
    if (const auto provides = deb::parse_dependencies(candidate.entry.provides)) {
      for (const auto& group : *provides) providers_[std::string(group.front().name)].push_back(candidate);
    }
  }

  /// A pinned version that something else does not accept: the newest is shown, too.
  void release_pin(const deb::Alternatives& group) {
    for (const auto& one : group) {
      const auto found = lists_.named(one.name);
      if (found.empty() || !fulfils(found.front().entry, one)) continue;
      return show(found.front(), shown_[std::string(one.name)]);
    }
  }

  bool satisfied(const deb::Alternatives& group) const {
    return std::any_of(group.begin(), group.end(), [&](const deb::Dependency& one) {
      const auto fits = [&](const Candidate& candidate) { return fulfils(candidate.entry, one); };
      if (const auto own = shown_.find(one.name);
          own != shown_.end() && std::any_of(own->second.begin(), own->second.end(), fits))
        return true;
      const auto other = providers_.find(std::string(one.name));
      return other != providers_.end() && std::any_of(other->second.begin(), other->second.end(), fits);
    });
  }

  void expand(const deb::Alternatives& group) {
    if (breadth_ == Breadth::all) {
      for (const auto& one : group) {
        include(one.name);
        for (const auto& candidate : lists_.providing(one.name)) include(candidate.entry.name);
      }
      return;
    }
    if (satisfied(group)) return;
    if (const auto name = preferred(group); !name.empty()) return include(name);
    release_pin(group);
  }

  /// Of all that would satisfy the group, in the order written and real packages before providers: one that
  /// the lock has already, else the first that is not avoided, else the first.
  std::string_view preferred(const deb::Alternatives& group) const {
    std::vector<std::string_view> choices;
    for (const auto& one : group) {
      for (const auto& candidate : versions(one.name)) {
        if (fulfils(candidate.entry, one)) choices.push_back(candidate.entry.name);
      }
      for (const auto& candidate : lists_.providing(one.name)) {
        if (fulfils(candidate.entry, one)) choices.push_back(candidate.entry.name);
      }
    }
    for (const auto name : choices) {
      if (wanted_.pins.contains(name)) return name;
    }
    for (const auto name : choices) {
      if (!avoided(name)) return name;
    }
    return choices.empty() ? std::string_view{} : choices.front();
  }

  const Lists& lists_;
  const Wanted& wanted_;
  Breadth breadth_;
  std::map<std::string, std::vector<Candidate>, std::less<>> shown_;
  std::unordered_map<std::string, std::vector<Candidate>> providers_;
  std::deque<Candidate> queue_;
};

}  // namespace

bool fulfils(const deb::PackageEntry& entry, const deb::Dependency& dependency) {
  // A qualifier names another architecture, which this environment does not have.
  const auto& architecture = dependency.architecture;
  if (!architecture.empty() && architecture != "any" && architecture != "native" &&
      architecture != entry.architecture)
    return false;
  if (entry.name == dependency.name && deb::satisfies(entry.version, dependency.relation, dependency.version))
    return true;
  if (entry.provides.empty()) return false;
  const auto provides = deb::parse_dependencies(entry.provides);
  if (!provides) return false;
  return std::any_of(provides->begin(), provides->end(), [&](const deb::Alternatives& group) {
    const auto& given = group.front();
    if (given.name != dependency.name) return false;
    if (dependency.relation == deb::Relation::any) return true;
    return given.relation == deb::Relation::equal &&
           deb::satisfies(given.version, dependency.relation, dependency.version);
  });
}

Result<std::vector<deb::Alternatives>> needs_of(const deb::PackageEntry& entry) {
  std::vector<deb::Alternatives> needs;
  for (const auto field : {entry.pre_depends, entry.depends}) {
    auto groups = deb::parse_dependencies(field);
    if (!groups)
      return fail(std::move(groups).error().in("while reading package " + std::string(entry.name)));
    std::move(groups->begin(), groups->end(), std::back_inserter(needs));
  }
  return needs;
}

Result<std::vector<Candidate>> reachable(const Lists& lists, const Wanted& wanted, Breadth breadth) {
  return Explorer(lists, wanted, breadth).run();
}

}  // namespace envtool::resolve::system
