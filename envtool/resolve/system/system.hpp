#pragma once
// Packages of a Debian or Ubuntu archive: signed index in, closure of pinned .debs out.
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "envtool/net/client.hpp"
#include "envtool/project/lock.hpp"
#include "envtool/support/events.hpp"
#include "envtool/support/result.hpp"

namespace envtool::resolve::system {

/// One thing of the network, waiting; any thread. Production hands over net::Client::fetch.
using Fetch = std::function<Result<net::Response>(net::Request)>;

/// Where a suite's parts are. `components` and `parts` follow from the distribution (archive_of).
struct ArchiveLocation {
  project::BaseFromArchive::Distribution distribution = project::BaseFromArchive::Distribution::debian;
  std::string suite;
  struct Part {
    std::string url;    ///< archive root, without a slash at the end
    std::string suite;  ///< bookworm, bookworm-updates, bookworm-security
    bool required = true;
    bool operator==(const Part&) const = default;
  };
  std::vector<Part> parts;
  std::vector<std::string> components;
  bool operator==(const ArchiveLocation&) const = default;
};

/// The public archive of a suite for an architecture (Ubuntu keeps arm64 in another one).
/// Errors: bad_input, with the suites that are known.
Result<ArchiveLocation> archive_of(const project::BaseFromArchive& base, const Platform& platform);

/// The distributions' OpenPGP keys, read once a process and only when something has to be verified.
/// Thread-safe.
class Keyring {
 public:
  explicit Keyring(std::filesystem::path folder);
  ~Keyring();
  Keyring(const Keyring&) = delete;
  Keyring& operator=(const Keyring&) = delete;
  /// Read the keys now (it takes 50 ms), to be ready when they are needed.
  void load(project::BaseFromArchive::Distribution distribution);

 private:
  friend Result<struct SignedText> verify_clear_signed(std::string_view, Keyring&,
                                                       project::BaseFromArchive::Distribution,
                                                       const std::set<std::string>&,
                                                       std::chrono::sys_seconds);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// What opening an archive needs. `now` is a parameter so that tests choose the day.
struct ArchiveSources {
  Fetch fetch;
  std::filesystem::path cache;  ///< `<cache>/archive/` is used
  std::shared_ptr<Keyring> keyring;
  std::set<std::string> trusted;  ///< fingerprints of primary keys, upper case; empty: the pinned ones
  std::function<std::chrono::sys_seconds()> now;  ///< unset: the system clock
  std::stop_token stop;
};

/// The package lists of one suite and architecture, verified and ready to be asked.
class Archive {
 public:
  /// Fetch (or take from the cache) and verify every part; parts are fetched at once.
  /// Errors: network, not_found; bad_input — unsigned, badly signed or expired Release, malformed list;
  /// digest_mismatch — a list is not what the Release says; cancelled.
  /// Source: Debian wiki RepositoryFormat; Debian policy 5.
  static Result<Archive> open(const ArchiveLocation& location, const Platform& platform,
                              const ArchiveSources& sources, Events& events);
  Archive(Archive&&) noexcept;
  Archive& operator=(Archive&&) noexcept;
  ~Archive();

  [[nodiscard]] const std::vector<project::LockedRelease>& releases() const;
  /// The newest version of a package, or nullopt.
  [[nodiscard]] std::optional<std::string> newest(std::string_view package) const;
  /// Every version the archive has, newest first.
  [[nodiscard]] std::vector<std::string> versions(std::string_view package) const;

  struct Request {
    std::vector<project::Placed> packages;  ///< asked by name
    std::vector<std::string> base;          ///< besides `Essential: yes`; absent ones are skipped
    const std::vector<project::LockedDeb>* previous = nullptr;  ///< versions kept while the archive has them
    const std::set<std::string>* upgrade = nullptr;             ///< names whose previous version is given up
  };
  struct Closure {
    std::vector<project::LockedDeb> base;    ///< closure of the base set, sorted by name
    std::vector<project::LockedDeb> system;  ///< what the asked packages add, sorted by name
  };
  /// Every package that has to be installed, without recommends.
  /// Errors: unsatisfiable — an unknown name (place, nearest names) or a conflict, in a sentence.
  [[nodiscard]] Result<Closure> close(const Request& request, Events& events) const;

 private:
  struct Impl;
  explicit Archive(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace envtool::resolve::system
