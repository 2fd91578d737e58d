#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "envtool/support/digest.hpp"
#include "envtool/support/files.hpp"
#include "envtool/support/text.hpp"
#include "envtool/vcs/credentials.hpp"
#include "envtool/vcs/library.hpp"
#include "envtool/vcs/vcs.hpp"

namespace envtool::vcs {
namespace {

struct Visit {
  Credentials credentials;
  std::stop_token stop;
};

int give_login(git_credential** out, const char* url, const char* user, unsigned allowed, void* payload) {
  return static_cast<Visit*>(payload)->credentials.next(out, url, user, allowed);
}
int look_for_stop(const git_indexer_progress*, void* payload) {
  return static_cast<Visit*>(payload)->stop.stop_requested() ? GIT_EUSER : 0;
}
int look_for_stop_aside(const char*, int, void* payload) { return look_for_stop(nullptr, payload); }

git_remote_callbacks callbacks_of(Visit& visit) {
  git_remote_callbacks callbacks = GIT_REMOTE_CALLBACKS_INIT;
  callbacks.credentials = give_login;
  callbacks.transfer_progress = look_for_stop;
  callbacks.sideband_progress = look_for_stop_aside;
  callbacks.payload = &visit;
  return callbacks;
}

bool is_hexadecimal(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
}

struct Found {
  std::string commit;  ///< or the id of an annotated tag
  std::string refspec;
};

/// Which advertised ref is meant. Order of gitrevisions(7): the full name, a tag, a branch.
std::optional<Found> match(const git_remote_head** heads, std::size_t count, const std::string& ref) {
  const std::string names[] = {ref.empty() ? "HEAD" : ref, "refs/" + ref, "refs/tags/" + ref,
                               "refs/heads/" + ref};
  for (const auto& name : names) {
    for (std::size_t i = 0; i < count; ++i) {
      if (name != heads[i]->name) continue;
      char text[GIT_OID_HEXSZ + 1];
      const std::string kept = name == "HEAD" ? "refs/envtool/HEAD" : name;
      return Found{git_oid_tostr(text, sizeof text, &heads[i]->oid), "+" + name + ":" + kept};
    }
  }
  return std::nullopt;
}

Failure no_such_ref(const git_remote_head** heads, std::size_t count, const GitUrl& url) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view name = heads[i]->name;
    for (const std::string_view prefix : {"refs/heads/", "refs/tags/"}) {
      if (name.starts_with(prefix) && !name.ends_with("^{}")) names.emplace_back(name.substr(prefix.size()));
    }
  }
  auto failure = fail(Code::not_found, fmt::format("{} has no branch, tag or commit '{}'",
                                                   url.repository.redacted(), url.ref));
  if (const auto near = nearest(url.ref, names))
    failure.value().hints.push_back(fmt::format("did you mean '{}'?", *near));
  return failure;
}

Result<Repository> open_or_make(const std::filesystem::path& path) {
  ENVTOOL_CHECK(make_directories(path.parent_path()));
  git_repository* raw = nullptr;
  if (const int code = git_repository_init(&raw, path.c_str(), 1); code != 0)
    return fail_git(code, "make the clone", path.native());
  return Repository(raw);
}

/// The commit that `text` (a ref's id, a full or a short commit) leads to.
Result<std::string> peel(git_repository* repository, const std::string& text, const GitUrl& url) {
  git_object *raw = nullptr, *peeled = nullptr;
  int code = git_revparse_single(&raw, repository, text.c_str());
  const Object object(raw);
  if (code == 0) code = git_object_peel(&peeled, raw, GIT_OBJECT_COMMIT);
  const Object commit(peeled);
  if (code == GIT_EAMBIGUOUS)
    return fail(Code::bad_input, fmt::format("'{}' is the beginning of more than one commit of {}", url.ref,
                                             url.repository.redacted()));
  if (code != 0) return fail_git(code, "find '" + url.ref + "' in", url.repository.redacted());
  char id[GIT_OID_HEXSZ + 1];
  return std::string(git_oid_tostr(id, sizeof id, git_object_id(peeled)));
}

Result<void> fetch_refs(git_remote* remote, std::vector<std::string> refspecs, Visit& visit,
                        const GitUrl& url) {
  std::vector<char*> pointers;
  for (auto& spec : refspecs) pointers.push_back(spec.data());
  const git_strarray list{pointers.data(), pointers.size()};
  git_fetch_options options = GIT_FETCH_OPTIONS_INIT;
  options.callbacks = callbacks_of(visit);
  options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_AUTO;
  options.proxy_opts.type = GIT_PROXY_AUTO;
  options.update_fetchhead = 0;
  visit.credentials = {};
  const int code = git_remote_fetch(remote, &list, &options, nullptr);
  if (code != 0)
    return fail_git(visit.stop.stop_requested() ? GIT_EUSER : code, "fetch", url.repository.redacted());
  return {};
}

}  // namespace

std::filesystem::path Clones::clone_of(const GitUrl& url) const {
  Url key = url.repository;
  key.userinfo.clear();
  return cache_ / "git" / Digest::of(key.full()).hex();
}

Result<std::string> Clones::fetch(const GitUrl& url, std::stop_token stop) {
  start_library();
  const auto path = clone_of(url);
  const std::string shown = url.repository.redacted();
  ENVTOOL_CHECK(make_directories(path.parent_path()));
  ENVTOOL_TRY(const auto lock, FileLock::acquire(path.native() + ".lock"));
  ENVTOOL_TRY(const auto repository, open_or_make(path));
  const bool full = url.ref.size() == 40 && is_hexadecimal(url.ref);
  if (full && find_commit(repository.get(), url.ref)) return to_lower(url.ref);

  Visit visit{.credentials = {}, .stop = std::move(stop)};
  if (visit.stop.stop_requested()) return fail(Code::cancelled, "cancelled: fetch " + shown);
  git_remote* raw = nullptr;
  if (const int code = git_remote_create_anonymous(&raw, repository.get(), url.repository.full().c_str());
      code != 0)
    return fail_git(code, "use the address", shown);
  const Remote remote(raw);
  auto callbacks = callbacks_of(visit);
  git_proxy_options proxy = GIT_PROXY_OPTIONS_INIT;
  proxy.type = GIT_PROXY_AUTO;
  if (const int code = git_remote_connect(raw, GIT_DIRECTION_FETCH, &callbacks, &proxy, nullptr); code != 0)
    return fail_git(code, "reach", shown);
  const git_remote_head** heads = nullptr;
  std::size_t count = 0;
  if (const int code = git_remote_ls(&heads, &count, raw); code != 0) return fail_git(code, "list", shown);

  if (const auto found = match(heads, count, url.ref)) {
    ENVTOOL_CHECK(fetch_refs(raw, {found->refspec}, visit, url));
    return peel(repository.get(), found->commit, url);
  }
  if (url.ref.size() < 4 || url.ref.size() > 40 || !is_hexadecimal(url.ref))
    return no_such_ref(heads, count, url);
  const auto missing = no_such_ref(heads, count, url);  // `heads` die with the fetch
  ENVTOOL_CHECK(fetch_refs(raw, {"+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"}, visit, url));
  auto commit = peel(repository.get(), url.ref, url);
  if (!commit && commit.error().code == Code::not_found) return missing;
  return commit;
}

}  // namespace envtool::vcs
