#include "envtool/resolve/python/target.hpp"

#include <limits>

#include "envtool/formats/pep/file_name.hpp"
#include "envtool/formats/pep/specifier.hpp"

namespace envtool::resolve::python {

Target::Target(PythonTarget asked, const Policy& policy, pep::TagRanks ranks)
    : asked_(std::move(asked)),
      policy_(policy),
      ranks_(std::move(ranks)),
      environment_(pep::MarkerEnvironment::cpython(asked_.python, asked_.platform)),
      python_(pep::Version::of(asked_.python)) {}

Result<std::unique_ptr<Target>> Target::of(const PythonTarget& target, const Policy& policy) {
  if (!pep::Version::try_parse(target.python))
    return fail(Code::bad_input, "'" + target.python + "' is no Python version");
  ENVTOOL_TRY(auto tags, pep::TagTarget::of(target.python, target.libc, target.platform.machine()));
  return std::unique_ptr<Target>(new Target(target, policy, pep::TagRanks(tags)));
}

bool Target::runs_python(std::string_view requires_python) const {
  if (requires_python.empty()) return true;
  std::lock_guard hold(mutex_);
  auto known = runs_.find(requires_python);
  if (known != runs_.end()) return known->second;
  auto specifiers = pep::SpecifierSet::parse_lenient(requires_python);
  // A text that nobody can read does not keep anybody out: pip and uv do the same.
  const bool runs = !specifiers || specifiers->contains(python_, pep::Prereleases::allow);
  runs_.emplace(requires_python, runs);
  return runs;
}

Obstacle Target::obstacle(const File& file, bool may_be_yanked) const {
  if (policy_.exclude_newer) {
    if (file.uploaded == 0) return Obstacle::no_time;
    if (file.uploaded >= *policy_.exclude_newer) return Obstacle::too_new;
  }
  if (file.yanked && !may_be_yanked) return Obstacle::yanked;
  if (!runs_python(file.requires_python)) return Obstacle::python;
  if (file.sha256.empty()) return Obstacle::no_hash;
  return Obstacle::none;
}

Assessment Target::assess(const Page& page, const Release& release) const {
  auto pin = asked_.pins.find(page.name);
  const bool may_be_yanked = policy_.pinned.contains(page.name + " " + release.version.str()) ||
                             (pin != asked_.pins.end() && pin->second == release.version.text());
  Assessment best{.file = nullptr, .obstacle = Obstacle::tags, .example = nullptr};
  std::uint32_t best_rank = std::numeric_limits<std::uint32_t>::max();
  std::optional<pep::BuildTag> best_build;
  for (const File& file : release.files) {
    const auto fields = file.wheel ? pep::split_wheel_name(file.name) : std::nullopt;
    std::uint32_t rank = std::numeric_limits<std::uint32_t>::max() - 1;
    if (fields) {
      auto ranked = ranks_.rank(fields->pythons, fields->abis, fields->platforms);
      if (!ranked) continue;
      rank = *ranked;
    } else if (!policy_.sdists) {
      if (best.obstacle == Obstacle::tags && release.files.size() == 1 && !release.foreign)
        best.obstacle = Obstacle::sdist_only;
      continue;
    }
    if (Obstacle found = obstacle(file, may_be_yanked); found != Obstacle::none) {
      if (best.file == nullptr) {
        best.obstacle = found;
        best.example = &file;
      }
      continue;
    }
    std::optional<pep::BuildTag> build;
    if (fields && !fields->build.empty())
      if (auto whole = pep::WheelName::parse(file.name)) build = whole->build;
    if (rank > best_rank || (rank == best_rank && best.file != nullptr && !(best_build < build))) continue;
    best = {.file = &file, .obstacle = Obstacle::none, .example = nullptr};
    best_rank = rank;
    best_build = build;
  }
  return best;
}

}  // namespace envtool::resolve::python
