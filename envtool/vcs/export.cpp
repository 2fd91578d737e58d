// A commit's files on disk. Trees come from anyone, so names and links are judged here, and nothing is opened
// through a link.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "envtool/support/files.hpp"
#include "envtool/support/text.hpp"
#include "envtool/vcs/library.hpp"
#include "envtool/vcs/vcs.hpp"

namespace envtool::vcs {
namespace fs = std::filesystem;
namespace {

constexpr int kDeepest = 128;
constexpr std::size_t kMostEntries = 1'000'000;
constexpr std::uint64_t kMostBytes = 8ULL << 30;

class Exporter {
 public:
  Exporter(git_repository* repository, std::int64_t time) : repository_(repository), time_(time) {}

  Result<void> folder(const git_tree* tree, int at, const fs::path& inside, int depth) {
    if (depth > kDeepest) return hostile(inside, "is nested too deeply");
    for (std::size_t i = 0; i < git_tree_entrycount(tree); ++i) {
      const git_tree_entry* entry = git_tree_entry_byindex(tree, i);
      const std::string name = git_tree_entry_name(entry);
      ENVTOOL_CHECK(judge_name(name, inside));
      if (++entries_ > kMostEntries) return hostile(inside, "has too many entries");
      ENVTOOL_CHECK(item(entry, at, inside / name, name, depth));
    }
    return {};
  }

 private:
  Failure hostile(const fs::path& path, std::string_view why) {
    return fail(Code::hostile_archive, fmt::format("'{}' in the git repository {}", path.native(), why));
  }

  Result<void> judge_name(const std::string& name, const fs::path& inside) {
    const std::string low = to_lower(name);
    if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos || low == ".git")
      return hostile(inside / name, "is not a file name");
    return {};
  }

  Result<void> item(const git_tree_entry* entry, int at, const fs::path& path, const std::string& name,
                    int depth) {
    const git_oid* id = git_tree_entry_id(entry);
    switch (git_tree_entry_filemode(entry)) {
      case GIT_FILEMODE_TREE:
        return sub_folder(id, at, path, name, depth);
      case GIT_FILEMODE_COMMIT:
        return fail(Code::unsupported, fmt::format("'{}' is a git submodule", path.native()),
                    "repositories with submodules are not built from git; use a release of the package, or "
                    "publish an sdist");
      case GIT_FILEMODE_LINK:
        return link(id, at, path, name);
      case GIT_FILEMODE_BLOB_EXECUTABLE:
        return file(id, at, path, name, 0755);
      default:
        return file(id, at, path, name, 0644);
    }
  }

  Result<void> sub_folder(const git_oid* id, int at, const fs::path& path, const std::string& name,
                          int depth) {
    git_tree* raw = nullptr;
    if (const int code = git_tree_lookup(&raw, repository_, id); code != 0)
      return fail_git(code, "read the folder", path.native());
    const Tree tree(raw);
    // A tree may list one name twice: first a link, then a folder to be written through it.
    if (::mkdirat(at, name.c_str(), 0755) != 0) return refused(path);
    const UniqueFd fd(::openat(at, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd || ::fchmod(fd.get(), 0755) != 0) return fail_errno("open", path.native());
    ENVTOOL_CHECK(folder(raw, fd.get(), path, depth + 1));
    return stamp(fd.get(), path);
  }

  Failure refused(const fs::path& path) {
    if (errno == EEXIST) return hostile(path, "is there twice");
    return fail_errno("create", path.native());
  }

  Result<Blob> blob(const git_oid* id, const fs::path& path) {
    git_blob* raw = nullptr;
    if (const int code = git_blob_lookup(&raw, repository_, id); code != 0)
      return fail_git(code, "read the file", path.native());
    bytes_ += static_cast<std::uint64_t>(git_blob_rawsize(raw));
    Blob out(raw);
    if (bytes_ > kMostBytes) return hostile(path, "makes the tree larger than 8 GiB");
    return out;
  }

  Result<void> file(const git_oid* id, int at, const fs::path& path, const std::string& name, mode_t mode) {
    ENVTOOL_TRY(const auto content, blob(id, path));
    const UniqueFd fd(::openat(at, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    if (!fd) return refused(path);
    const std::string_view bytes(static_cast<const char*>(git_blob_rawcontent(content.get())),
                                 static_cast<std::size_t>(git_blob_rawsize(content.get())));
    ENVTOOL_CHECK(write_all(fd.get(), bytes, path.native()));
    if (::fchmod(fd.get(), mode) != 0) return fail_errno("set the mode of", path.native());
    return stamp(fd.get(), path);
  }

  Result<void> link(const git_oid* id, int at, const fs::path& path, const std::string& name) {
    ENVTOOL_TRY(const auto content, blob(id, path));
    const std::string target(static_cast<const char*>(git_blob_rawcontent(content.get())),
                             static_cast<std::size_t>(git_blob_rawsize(content.get())));
    if (target.empty() || target.size() > 4095 || target.find('\0') != std::string::npos ||
        target.front() == '/')
      return hostile(path, "is a link that leaves the repository");
    // Steps up come first or not at all: after a step down, which may be another link, they cannot be
    // counted.
    auto above = std::distance(path.begin(), path.end()) - 1;
    bool down = false;
    for (const auto step : split(target, '/')) {
      if (step.empty() || step == ".") continue;
      if (step != "..") down = true;
      if (step == ".." && (down || --above < 0)) return hostile(path, "is a link that leaves the repository");
    }
    if (::symlinkat(target.c_str(), at, name.c_str()) != 0) return refused(path);
    const timespec times[2] = {{time_, 0}, {time_, 0}};
    if (::utimensat(at, name.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0)
      return fail_errno("date", path.native());
    return {};
  }

  Result<void> stamp(int fd, const fs::path& path) {
    const timespec times[2] = {{time_, 0}, {time_, 0}};
    if (::futimens(fd, times) != 0) return fail_errno("date", path.native());
    return {};
  }

  git_repository* repository_;
  std::int64_t time_;
  std::size_t entries_ = 0;
  std::uint64_t bytes_ = 0;
};

Result<void> export_into(git_repository* repository, git_commit* commit, const fs::path& to) {
  git_tree* raw = nullptr;
  if (const int code = git_commit_tree(&raw, commit); code != 0)
    return fail_git(code, "read the tree for", to.native());
  const Tree tree(raw);
  const UniqueFd top(::open(to.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!top || ::fchmod(top.get(), 0755) != 0) return fail_errno("open", to.native());
  return Exporter(repository, git_commit_time(commit)).folder(raw, top.get(), {}, 0);
}

}  // namespace

Result<void> Clones::export_tree(const GitUrl& url, std::string_view commit, const fs::path& to) {
  start_library();
  ENVTOOL_TRY(const auto repository, open_repository(clone_of(url).native()));
  ENVTOOL_TRY(const auto found, find_commit(repository.get(), commit));
  if (to.has_parent_path()) ENVTOOL_CHECK(make_directories(to.parent_path()));
  if (::mkdir(to.c_str(), 0755) != 0) return fail_errno("create folder", to.native());
  auto result = export_into(repository.get(), found.get(), to);
  if (!result) (void)remove_tree(to);
  return result;
}

}  // namespace envtool::vcs
