#include <catch2/catch.hpp>

#include "tests/unit/vcs/origin.hpp"

using namespace envtool::vcs;

// libgit2 1.5 forgets pcre2's match data whenever a pattern does not match (src/util/regexp.c).
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libpcre2\n"; }

namespace {
/// Commit what is on disk through the index, so that the folder is clean.
std::string commit_all(Origin& origin) {
  git_index* index = nullptr;
  git_repository_index(&index, origin.repository());
  git_index_add_all(index, nullptr, 0, nullptr, nullptr);
  git_oid id;
  git_index_write_tree(&id, index);
  git_index_write(index);
  git_index_free(index);
  char text[GIT_OID_HEXSZ + 1];
  return origin.commit(std::string(git_oid_tostr(text, sizeof text, &id)));
}
}  // namespace

TEST_CASE("a working folder tells its commit, branch, origin and whether it is changed", "[vcs]") {
  Origin origin;
  const auto folder = origin / "origin";
  CHECK(describe(folder).value() == WorkingState{});
  std::ofstream(folder / "a.py") << "1\n";
  std::ofstream(folder / ".gitignore") << "*.log\n";
  const auto commit = commit_all(origin);
  git_remote* remote = nullptr;
  git_remote_create(&remote, origin.repository(), "origin", "https://ann:sesame@example.org/x.git");
  git_remote_free(remote);
  WorkingState expected{.commit = commit, .branch = "main", .origin = "https://example.org/x.git"};
  CHECK(describe(folder).value() == expected);
  std::ofstream(folder / "b.log") << "ignored\n";
  CHECK(describe(folder).value() == expected);
  std::ofstream(folder / "b.py") << "new\n";
  expected.untracked = true;
  CHECK(describe(folder).value() == expected);
  std::ofstream(folder / "a.py") << "22\n";
  expected.modified = true;
  CHECK(describe(folder).value() == expected);
  std::filesystem::create_directories(folder / "deep/er");
  CHECK(describe(folder / "deep/er").value() == expected);
}

TEST_CASE("a folder without git has no state", "[vcs]") {
  Origin origin;
  std::filesystem::create_directories(origin / "plain");
  CHECK_FALSE(describe(origin / "plain").value());
}
