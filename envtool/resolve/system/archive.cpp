#include <algorithm>
#include <ctime>

#include "envtool/resolve/system/closure.hpp"
#include "envtool/resolve/system/list_fetch.hpp"
#include "envtool/resolve/system/system.hpp"
#include "envtool/support/parallel.hpp"

namespace envtool::resolve::system {
namespace {

/// RFC 3339, UTC.
std::string timestamp(std::chrono::sys_seconds time) {
  const auto seconds = static_cast<std::time_t>(time.time_since_epoch().count());
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

struct OpenPart {
  std::optional<OpenRelease> release;
  std::vector<std::optional<OpenList>> lists;  ///< one a component
};

/// One list a component; absent where the Release has none for the architecture.
using OpenLists = std::vector<std::optional<OpenList>>;

Result<OpenLists> open_lists(const ArchiveLocation& location, const ArchiveLocation::Part& part,
                             const OpenRelease& release, const Platform& platform,
                             const ArchiveSources& sources) {
  OpenLists lists(location.components.size());
  const auto one = [&](std::size_t i) -> Result<void> {
    ENVTOOL_TRY(lists[i], open_list(part, release, location.components[i], platform, sources));
    return {};
  };
  ENVTOOL_CHECK(parallel_for(lists.size(), one, lists.size(), sources.stop));
  return lists;
}

Result<OpenPart> open_part(const ArchiveLocation& location, const ArchiveLocation::Part& part,
                           const Platform& platform, const ArchiveSources& sources, Events& events) {
  OpenPart open;
  ENVTOOL_TRY(open.release, open_release(location, part, sources, events));
  if (!open.release) return open;
  auto lists = open_lists(location, part, *open.release, platform, sources);
  const bool outdated =
      !lists && (lists.error().code == Code::not_found || lists.error().code == Code::digest_mismatch);
  if (outdated && !open.release->asked) {
    // The archive was updated since the Release was read, and its old lists are gone.
    ENVTOOL_TRY(open.release, open_release(location, part, sources, events, true));
    if (!open.release) return open;
    lists = open_lists(location, part, *open.release, platform, sources);
  }
  if (!lists) return Failure(std::move(lists).error());
  open.lists = std::move(*lists);
  const bool any =
      std::any_of(open.lists.begin(), open.lists.end(), [](const auto& list) { return list.has_value(); });
  if (!any && part.required) {
    return fail(Code::unsupported, part.url + " has no packages of " + part.suite + " for " + platform.str());
  }
  return open;
}

}  // namespace

struct Archive::Impl {
  std::vector<project::LockedRelease> releases;
  std::vector<OpenList> lists;
};

Archive::Archive(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Archive::Archive(Archive&&) noexcept = default;
Archive& Archive::operator=(Archive&&) noexcept = default;
Archive::~Archive() = default;

Result<Archive> Archive::open(const ArchiveLocation& location, const Platform& platform,
                              const ArchiveSources& sources, Events& events) {
  Progress progress{Stage::resolve,
                    "resolve/archive/" + platform.str(),
                    "reading the package lists of " + location.suite + " for " + platform.architecture,
                    0,
                    location.parts.size(),
                    Progress::Unit::items,
                    false};
  events.progress(progress);
  std::vector<OpenPart> parts(location.parts.size());
  const auto one = [&](std::size_t i) -> Result<void> {
    ENVTOOL_TRY(parts[i], open_part(location, location.parts[i], platform, sources, events));
    return {};
  };
  ENVTOOL_CHECK(parallel_for(parts.size(), one, parts.size(), sources.stop));
  progress.done = progress.total;
  progress.finished = true;
  events.progress(progress);

  auto impl = std::make_unique<Impl>();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!parts[i].release) continue;
    project::LockedRelease release{location.parts[i].url,
                                   location.parts[i].suite,
                                   {},
                                   parts[i].release->in_release,
                                   timestamp(parts[i].release->release.date)};
    for (std::size_t k = 0; k < parts[i].lists.size(); ++k) {
      if (!parts[i].lists[k]) continue;
      release.components.push_back(location.components[k]);
      impl->lists.push_back(std::move(*parts[i].lists[k]));
    }
    if (!release.components.empty()) impl->releases.push_back(std::move(release));
  }
  return Archive(std::move(impl));
}

const std::vector<project::LockedRelease>& Archive::releases() const { return impl_->releases; }

std::optional<std::string> Archive::newest(std::string_view package) const {
  const auto found = Lists(impl_->lists).named(package);
  if (found.empty()) return std::nullopt;
  return std::string(found.front().entry.version);
}

std::vector<std::string> Archive::versions(std::string_view package) const {
  std::vector<std::string> all;
  for (const auto& candidate : Lists(impl_->lists).named(package)) all.emplace_back(candidate.entry.version);
  return all;
}

Result<Archive::Closure> Archive::close(const Request& request, Events& events) const {
  return close_over(Lists(impl_->lists), request, events);
}

}  // namespace envtool::resolve::system
