#pragma once
// A provider over packages written in the test, for versions that are small numbers.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "envtool/resolve/solver/report.hpp"
#include "envtool/resolve/solver/solver.hpp"

namespace envtool::resolve::solver::test {

/// "foo >=2 <4": bounds over the versions that exist.
struct Need {
  std::string package;
  int from = 0;
  int below = 1000;
};

class FakeProvider : public Provider, public Phrasebook {
 public:
  FakeProvider() {
    id("root");
    versions_["root"] = {0};
  }

  void release(const std::string& name, int version, std::vector<Need> needs = {}) {
    id(name);
    versions_[name].push_back(version);
    needs_[{name, version}] = std::move(needs);
  }
  void ask(std::vector<Need> needs) { needs_[{"root", 0}] = std::move(needs); }
  void broken(const std::string& name, int version, std::string why) {
    broken_[{name, version}] = std::move(why);
  }
  void based(const std::string& name, const std::string& base) { bases_[id(name)] = id(base); }

  PackageId id(const std::string& name) {
    auto [entry, added] = ids_.emplace(name, static_cast<PackageId>(names_.size()));
    if (added) names_.push_back(name);
    return entry->second;
  }

  [[nodiscard]] PackageId root() const override { return 0; }
  Result<std::optional<Rank>> choose(PackageId, const VersionSet& allowed) override {
    ++chosen;
    return allowed.highest();
  }
  Result<Dependencies> dependencies(PackageId package, Rank rank) override {
    const std::string& name = names_[package];
    const int version = versions_[name][rank];
    Dependencies answer;
    if (auto found = broken_.find({name, version}); found != broken_.end())
      answer.unavailable = found->second;
    for (const Need& need : needs_[{name, version}]) {
      const PackageId wanted = id(need.package);
      const auto& candidates = versions_[need.package];
      VersionSet set(candidates.size());
      for (Rank i = 0; i < candidates.size(); ++i)
        if (candidates[i] >= need.from && candidates[i] < need.below) set.insert(i);
      answer.list.push_back({wanted, set, text_id(need.package + bounds(need))});
    }
    return answer;
  }
  [[nodiscard]] Urgency urgency(PackageId, const VersionSet& allowed) const override {
    return allowed.count() == 1 ? Urgency::pinned : Urgency::ordinary;
  }
  [[nodiscard]] std::optional<PackageId> base(PackageId package) const override {
    auto found = bases_.find(package);
    return found == bases_.end() ? std::nullopt : std::optional(found->second);
  }

  [[nodiscard]] std::string versions(PackageId package, const VersionSet& set) const override {
    const auto& candidates = versions_.at(names_[package]);
    if (set.present().count() == candidates.size()) return names_[package];
    std::string text;
    for (Rank i = 0; i < candidates.size(); ++i)
      if (set.contains(i)) text += (text.empty() ? " " : "|") + std::to_string(candidates[i]);
    return names_[package] + text;
  }
  [[nodiscard]] std::string dependency(const Cause& cause) const override {
    const std::string wanted = requirement_texts_[cause.dependency.requirement];
    return cause.package == 0 ? "you ask for " + wanted
                              : versions(cause.package, cause.versions) + " needs " + wanted;
  }
  [[nodiscard]] std::string no_version(PackageId package, const VersionSet& set) const override {
    return "no " + versions(package, set) + " is usable";
  }
  [[nodiscard]] std::optional<std::string> changeable(const Cause& cause) const override {
    if (cause.package != 0) return std::nullopt;
    return "`" + requirement_texts_[cause.dependency.requirement] + "`";
  }

  /// "foo 2, bar 1": the solution without the root.
  std::string solution() {
    auto outcome = solve(*this);
    if (!outcome) return "error: " + outcome.error().what;
    if (auto* failed = std::get_if<Derivation>(&*outcome)) {
      last_report = report(*failed, *this);
      return "none";
    }
    statistics = std::get<Solution>(*outcome).statistics;
    std::map<std::string, int> sorted;
    for (auto [package, rank] : std::get<Solution>(*outcome).decisions)
      if (package != 0) sorted[names_[package]] = versions_[names_[package]][rank];
    std::string text;
    for (const auto& [name, version] : sorted)
      text += (text.empty() ? "" : ", ") + name + " " + std::to_string(version);
    return text;
  }
  std::string explanation() {
    std::string text;
    for (const auto& sentence : last_report.sentences) text += sentence + "\n";
    return text;
  }

  Report last_report;
  Statistics statistics;
  int chosen = 0;

 private:
  static std::string bounds(const Need& need) {
    std::string text;
    if (need.from > 0) text += ">=" + std::to_string(need.from);
    if (need.below < 1000) text += (text.empty() ? "<" : ",<") + std::to_string(need.below);
    return text;
  }
  std::uint32_t text_id(const std::string& text) {
    auto [entry, added] =
        requirement_ids_.emplace(text, static_cast<std::uint32_t>(requirement_texts_.size()));
    if (added) requirement_texts_.push_back(text);
    return entry->second;
  }

  std::vector<std::string> names_;
  std::map<std::string, PackageId> ids_;
  std::map<std::string, std::vector<int>> versions_;
  std::map<std::pair<std::string, int>, std::vector<Need>> needs_;
  std::map<std::pair<std::string, int>, std::string> broken_;
  std::map<PackageId, PackageId> bases_;
  std::vector<std::string> requirement_texts_;
  std::map<std::string, std::uint32_t> requirement_ids_;
};

}  // namespace envtool::resolve::solver::test
