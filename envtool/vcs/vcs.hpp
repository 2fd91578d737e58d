#pragma once
// Git: what a requirement `pkg @ git+https://…@v1.2` names, as a commit and as files; and the state of the
// caller's own working folder.
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "envtool/support/result.hpp"
#include "envtool/support/url.hpp"

namespace envtool::vcs {

/// A direct reference to a git repository.
struct GitUrl {
  Url repository;         ///< without "git+", ref and fragment: https, ssh or file
  std::string ref;        ///< branch, tag, full or short commit; empty: the default branch
  std::string directory;  ///< where in the tree the project is; empty: at the top
  bool operator==(const GitUrl&) const = default;
};

/// "git+https://host/path.git@v1.2#subdirectory=pkg" and its parts.
/// Errors: bad_input (another scheme, git:// and http:// among them, which nothing protects on the way; a
///         directory that leaves the tree).
/// Source: PEP 508, PEP 440 "Direct references"; PEP 610; pip's VCS support.
Result<GitUrl> parse_git_url(std::string_view text);
/// The inverse, with the ref replaced by `commit`: what a lock and direct_url.json hold. No login in it.
std::string render_pinned(const GitUrl& url, std::string_view commit);

/// Bare clones, one a repository, in `<cache>/git/<sha256 of the url>`, shared by processes.
class Clones {
 public:
  explicit Clones(std::filesystem::path cache) : cache_(std::move(cache)) {}

  /// Have the commit that `url.ref` names, with its files.
  /// Out:    40 hexadecimal digits. Tag before branch where both have the name, as git does. A full commit
  /// that
  ///         is here already needs no network.
  /// Errors: network (hints: CA bundle, login) · not_found (no such repository or ref; names refs that are
  ///         near) · cancelled · io.
  Result<std::string> fetch(const GitUrl& url, std::stop_token stop = {});

  /// The files of a fetched commit in the new folder `to`: no .git, modes 644 and 755, all times the
  /// commit's; same commit, same bytes. Of a failure nothing is left. Errors: not_found (not fetched) ·
  /// hostile_archive (names or links that leave the folder) · unsupported
  ///         (submodules) · io.
  Result<void> export_tree(const GitUrl& url, std::string_view commit, const std::filesystem::path& to);

  /// "v1.2-5-g1a2b3c4": nearest tag, commits since it, short commit; nullopt when no tag is in its history.
  /// For build back ends that ask git for a version.
  Result<std::optional<std::string>> describe(const GitUrl& url, std::string_view commit);

 private:
  [[nodiscard]] std::filesystem::path clone_of(const GitUrl& url) const;
  std::filesystem::path cache_;
};

/// A working folder's revision.
struct WorkingState {
  std::string commit;      ///< empty before the first commit
  std::string branch;      ///< empty when detached
  std::string origin;      ///< redacted URL of the remote "origin", or empty
  bool modified = false;   ///< tracked files differ from the commit
  bool untracked = false;  ///< there are files that are neither tracked nor ignored
  bool operator==(const WorkingState&) const = default;
};

/// Out: nullopt when `folder` is in no git repository. Errors: unsupported (owned by someone else; the hint
/// has git's own remedy), io.
Result<std::optional<WorkingState>> describe(const std::filesystem::path& folder);

}  // namespace envtool::vcs
