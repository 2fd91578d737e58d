#pragma once
// What a wheel is built from, and how its files come onto this machine.
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "envtool/net/client.hpp"
#include "envtool/project/lock.hpp"
#include "envtool/vcs/vcs.hpp"

namespace envtool::resolve::python {

struct BuildSource {
  std::string name;       ///< for sentences: "docopt-0.6.2.tar.gz", "mylib at commit 1a2b3c4d5e6f"
  Digest identity;        ///< of everything that a build can read of it
  std::string directory;  ///< where in the tree the project is; empty: at the top
  /// Put the tree into the new folder `to`; `scratch` is a folder for what is only needed on the way.
  std::function<Result<void>(const std::filesystem::path& scratch, const std::filesystem::path& to)> unpack;
  /// For back ends that ask git for the version: there is no .git to ask. Null or called after `unpack`.
  std::function<std::string()> version;
};

/// A source distribution. `client` must outlive what is returned.
BuildSource archive_source(std::string file_name, std::string url, Digest sha256, net::Client& client,
                           std::stop_token stop);

/// A commit of a package's repository, fetched into the clones below `cache` when it is not there.
BuildSource commit_source(const std::string& package, const vcs::GitUrl& url, const std::string& commit,
                          const std::filesystem::path& cache, std::stop_token stop);

/// What a lock pins. Errors: bad_input: a package that is not built, an address that is none.
Result<BuildSource> locked_source(const project::LockedPackage& package, net::Client& client,
                                  const std::filesystem::path& cache, std::stop_token stop);

/// Modes 644 and 755 and one time for all, whatever the umask and the day: back ends copy both into wheels.
/// Errors: io.
Result<void> settle_tree(const std::filesystem::path& folder);

}  // namespace envtool::resolve::python
