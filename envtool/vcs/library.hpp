#pragma once
// Private: libgit2's start, its handles, and its failures as Errors.
#include <git2.h>

#include <memory>
#include <string>

#include "envtool/support/result.hpp"

namespace envtool::vcs {

template <class T, void (*Free)(T*)>
struct Freer {
  void operator()(T* handle) const { Free(handle); }
};
template <class T, void (*Free)(T*)>
using Handle = std::unique_ptr<T, Freer<T, Free>>;

using Repository = Handle<git_repository, git_repository_free>;
using Remote = Handle<git_remote, git_remote_free>;
using Object = Handle<git_object, git_object_free>;
using Commit = Handle<git_commit, git_commit_free>;
using Tree = Handle<git_tree, git_tree_free>;
using Blob = Handle<git_blob, git_blob_free>;
using Reference = Handle<git_reference, git_reference_free>;
using StatusList = Handle<git_status_list, git_status_list_free>;
using Describe = Handle<git_describe_result, git_describe_result_free>;

/// Once a process: libgit2's init, and the CA bundle of the environment.
void start_library();

/// What libgit2 said last in this thread, about `object` (a redacted URL, a path, a commit).
Failure fail_git(int code, std::string_view doing, std::string_view object);

Result<Repository> open_repository(const std::string& path);
/// Errors: not_found.
Result<Commit> find_commit(git_repository* repository, std::string_view commit);

}  // namespace envtool::vcs
