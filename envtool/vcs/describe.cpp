#include "envtool/vcs/library.hpp"
#include "envtool/vcs/vcs.hpp"

namespace envtool::vcs {
namespace {

std::string text_of(const git_oid& id) {
  char text[GIT_OID_HEXSZ + 1];
  return git_oid_tostr(text, sizeof text, &id);
}

void read_head(git_repository* repository, WorkingState& state) {
  git_reference* raw = nullptr;
  if (git_repository_head(&raw, repository) != 0) return;  // before the first commit
  const Reference head(raw);
  if (const auto* id = git_reference_target(head.get())) state.commit = text_of(*id);
  if (git_reference_is_branch(head.get()) != 0) state.branch = git_reference_shorthand(head.get());
}

void read_origin(git_repository* repository, WorkingState& state) {
  git_remote* raw = nullptr;
  if (git_remote_lookup(&raw, repository, "origin") != 0) return;
  const Remote remote(raw);
  const char* url = git_remote_url(remote.get());
  if (url == nullptr) return;
  const auto parsed = Url::parse(url);
  state.origin = parsed ? parsed->redacted() : url;  // "git@host:path" is no URL and holds no password
}

Result<void> read_status(git_repository* repository, const std::string& folder, WorkingState& state) {
  git_status_options options = GIT_STATUS_OPTIONS_INIT;
  options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
  options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED;
  git_status_list* raw = nullptr;
  if (const int code = git_status_list_new(&raw, repository, &options); code != 0)
    return fail_git(code, "read the state of", folder);
  const StatusList list(raw);
  for (std::size_t i = 0; i < git_status_list_entrycount(list.get()); ++i) {
    const auto status = git_status_byindex(list.get(), i)->status;
    if (status == GIT_STATUS_WT_NEW) {
      state.untracked = true;
    } else if (status != GIT_STATUS_CURRENT && status != GIT_STATUS_IGNORED) {
      state.modified = true;
    }
  }
  return {};
}

}  // namespace

Result<std::optional<WorkingState>> describe(const std::filesystem::path& folder) {
  start_library();
  git_repository* raw = nullptr;
  const int code = git_repository_open_ext(&raw, folder.c_str(), 0, nullptr);
  if (code == GIT_ENOTFOUND) return std::optional<WorkingState>();
  if (code != 0) return fail_git(code, "open the git repository of", folder.native());
  const Repository repository(raw);
  WorkingState state;
  read_head(raw, state);
  read_origin(raw, state);
  if (git_repository_is_bare(raw) == 0) ENVTOOL_CHECK(read_status(raw, folder.native(), state));
  return std::optional(std::move(state));
}

Result<std::optional<std::string>> Clones::describe(const GitUrl& url, std::string_view commit) {
  start_library();
  ENVTOOL_TRY(const auto repository, open_repository(clone_of(url).native()));
  ENVTOOL_TRY(const auto found, find_commit(repository.get(), commit));
  git_describe_options options = GIT_DESCRIBE_OPTIONS_INIT;
  options.describe_strategy = GIT_DESCRIBE_TAGS;
  git_describe_result* raw = nullptr;
  const int code = git_describe_commit(&raw, reinterpret_cast<git_object*>(found.get()), &options);
  const git_error* last = code == 0 ? nullptr : git_error_last();
  // Without any tag at all the code is the general one, only the class tells.
  if (code == GIT_ENOTFOUND || (last != nullptr && last->klass == GIT_ERROR_DESCRIBE))
    return std::optional<std::string>();
  if (code != 0) return fail_git(code, "find a tag for", commit);
  const Describe result(raw);
  git_describe_format_options format = GIT_DESCRIBE_FORMAT_OPTIONS_INIT;
  format.always_use_long_format = 1;
  git_buf text = GIT_BUF_INIT;
  if (const int failed = git_describe_format(&text, raw, &format); failed != 0)
    return fail_git(failed, "describe", commit);
  std::string out(text.ptr, text.size);
  git_buf_dispose(&text);
  return std::optional(std::move(out));
}

}  // namespace envtool::vcs
