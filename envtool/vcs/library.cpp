#include "envtool/vcs/library.hpp"

#include <fmt/format.h>

#include "envtool/support/env_vars.hpp"

namespace envtool::vcs {

void start_library() {
  static const bool started = [] {
    git_libgit2_init();
    // libgit2 reads neither CURL_CA_BUNDLE nor SSL_CERT_FILE by itself.
    if (const auto bundle = env_vars::ca_bundle()) {
      const bool folder = std::filesystem::is_directory(*bundle);
      git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, folder ? nullptr : bundle->c_str(),
                       folder ? bundle->c_str() : nullptr);
    }
    return true;
  }();
  (void)started;
}

namespace {
struct Kind {
  Code code;
  const char* hint;
};

Kind kind_of(int code, int klass) {
  if (code == GIT_EUSER) return {Code::cancelled, nullptr};
  if (code == GIT_ECERTIFICATE || klass == GIT_ERROR_SSL)
    return {Code::network,
            "on a network that re-signs TLS, set CURL_CA_BUNDLE or SSL_CERT_FILE to a file with its "
            "certificate"};
  if (code == GIT_EAUTH)
    return {Code::network,
            "give a login: an ssh key in the agent, a line in ~/.netrc, or a git credential helper"};
  if (code == GIT_EOWNER)
    return {
        Code::unsupported,
        "the repository belongs to another user; if you trust it: git config --global --add safe.directory "
        "FOLDER"};
  if (code == GIT_ENOTFOUND) return {Code::not_found, nullptr};
  if (klass == GIT_ERROR_NET || klass == GIT_ERROR_HTTP)
    return {Code::network, "check the address and the network connection (https_proxy behind a proxy)"};
  if (klass == GIT_ERROR_SSH)
    return {Code::network,
            "check that `ssh` to this host works: the host's key must be in ~/.ssh/known_hosts"};
  return {Code::io, nullptr};
}
}  // namespace

Failure fail_git(int code, std::string_view doing, std::string_view object) {
  const git_error* last = git_error_last();
  const auto kind = kind_of(code, last == nullptr ? GIT_ERROR_NONE : last->klass);
  Error error{.code = kind.code, .what = {}, .place = {}, .chain = {}, .hints = {}};
  error.what = fmt::format("cannot {} {}", doing, object);
  if (kind.code == Code::cancelled) {
    error.what = fmt::format("cancelled: {} {}", doing, object);
  } else if (last != nullptr && last->message != nullptr) {
    error.what += fmt::format(": {}", last->message);
  }
  if (kind.hint != nullptr) error.hints.emplace_back(kind.hint);
  return fail(std::move(error));
}

Result<Repository> open_repository(const std::string& path) {
  git_repository* raw = nullptr;
  if (const int code = git_repository_open_bare(&raw, path.c_str()); code != 0)
    return fail_git(code, "open the clone", path);
  return Repository(raw);
}

Result<Commit> find_commit(git_repository* repository, std::string_view commit) {
  git_oid id;
  git_commit* raw = nullptr;
  if (commit.size() != 40 || git_oid_fromstrn(&id, commit.data(), commit.size()) != 0)
    return fail(Code::bad_input, fmt::format("'{}' is not a commit (40 hexadecimal digits)", commit));
  if (const int code = git_commit_lookup(&raw, repository, &id); code != 0)
    return fail_git(code, "find commit", commit);
  return Commit(raw);
}

}  // namespace envtool::vcs
