#include "envtool/resolve/python/build_source.hpp"

#include <fmt/format.h>

#include <chrono>

#include "envtool/resolve/python/scm_version.hpp"
#include "envtool/resolve/python/sdist_archive.hpp"
#include "envtool/support/files.hpp"

namespace envtool::resolve::python {

namespace fs = std::filesystem;

/// 1980-01-01, the first day that a zip can hold; SOURCE_DATE_EPOCH of builds.
constexpr std::chrono::seconds kBuildTime{315532800};

BuildSource archive_source(std::string file_name, std::string url, Digest sha256, net::Client& client,
                           std::stop_token stop) {
  BuildSource source{.name = file_name, .identity = sha256, .directory = {}, .unpack = {}, .version = {}};
  source.unpack = [=, &client](const fs::path& scratch, const fs::path& to) -> Result<void> {
    const fs::path archive = scratch / file_name;
    ENVTOOL_TRY(Url address, Url::parse(url));
    ENVTOOL_CHECK(client.download(
        {.sources = {std::move(address)}, .to = archive, .sha256 = sha256, .size = {}, .on_bytes = {}},
        stop));
    ENVTOOL_TRY(const std::string bytes, read_file(archive));
    return unpack_sdist(file_name, bytes, to);
  };
  return source;
}

BuildSource commit_source(const std::string& package, const vcs::GitUrl& url, const std::string& commit,
                          const fs::path& cache, std::stop_token stop) {
  BuildSource source{.name = fmt::format("{} at commit {}", package, commit.substr(0, 12)),
                     .identity = Digest::of(fmt::format("git {} {}", commit, url.directory)),
                     .directory = url.directory,
                     .unpack = {},
                     .version = {}};
  source.unpack = [=](const fs::path&, const fs::path& to) -> Result<void> {
    vcs::Clones clones(cache);
    vcs::GitUrl pinned = url;
    pinned.ref = commit;
    ENVTOOL_TRY(const std::string fetched, clones.fetch(pinned, stop));
    if (fetched != commit)
      return fail(Code::bad_input,
                  fmt::format("'{}' is not a full commit of {}", commit, url.repository.redacted()));
    return clones.export_tree(pinned, commit, to);
  };
  source.version = [=] {
    const auto description = vcs::Clones(cache).describe(url, commit);
    return scm_version(description.value_or(std::nullopt), commit);
  };
  return source;
}

Result<BuildSource> locked_source(const project::LockedPackage& package, net::Client& client,
                                  const fs::path& cache, std::stop_token stop) {
  if (const auto* sdist = std::get_if<project::LockedSdist>(&package.source)) {
    ENVTOOL_TRY(const Url url, Url::parse(sdist->artifact.url));
    return archive_source(url.filename(), sdist->artifact.url, sdist->artifact.sha256, client,
                          std::move(stop));
  }
  if (const auto* git = std::get_if<project::LockedGit>(&package.source)) {
    vcs::GitUrl written;
    ENVTOOL_TRY(written.repository, Url::parse(git->url));
    written.directory = git->subdirectory;
    // Through the parser again: a lock is text that anybody may have edited.
    ENVTOOL_TRY(const vcs::GitUrl url, vcs::parse_git_url(vcs::render_pinned(written, git->commit)));
    BuildSource source = commit_source(package.name, url, git->commit, cache, std::move(stop));
    // Tags come and go; the lock knows which version it was.
    source.version = [version = package.version] { return version; };
    return source;
  }
  return fail(Code::bad_input, package.name + " is not built from source");
}

Result<void> settle_tree(const fs::path& folder) {
  const auto time =
      fs::file_time_type(std::chrono::file_clock::from_sys(std::chrono::sys_seconds(kBuildTime)));
  std::error_code error;
  const auto settle = [&](const fs::path& path, bool all) {
    fs::permissions(path, static_cast<fs::perms>(all ? 0755 : 0644), error);
    if (!error) fs::last_write_time(path, time, error);
  };
  settle(folder, true);
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const auto status = it->symlink_status(error);
    if (error || fs::is_symlink(status)) continue;
    settle(it->path(),
           fs::is_directory(status) || (status.permissions() & fs::perms::owner_exec) != fs::perms::none);
    if (error) break;
  }
  if (!error) return {};
  return fail(Code::io, fmt::format("{}: {}", folder.native(), error.message()));
}

}  // namespace envtool::resolve::python
