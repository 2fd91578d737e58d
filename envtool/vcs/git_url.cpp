#include <fmt/format.h>

#include <algorithm>

#include "envtool/support/text.hpp"
#include "envtool/vcs/vcs.hpp"

namespace envtool::vcs {
namespace {

Result<std::string> directory_of(std::string_view fragment, std::string_view shown) {
  for (const auto part : split(fragment, '&')) {
    if (!part.starts_with("subdirectory=")) continue;
    std::string folder = percent_decode(part.substr(13));
    while (folder.ends_with('/')) folder.pop_back();
    bool leaves = folder.starts_with('/') || folder.find('\0') != std::string::npos;
    for (const auto step : split(folder, '/')) leaves = leaves || step == ".." || step == ".";
    if (leaves)
      return fail(Code::bad_input, fmt::format("'{}': the subdirectory leaves the repository", shown));
    return folder;
  }
  return std::string();
}

}  // namespace

Result<GitUrl> parse_git_url(std::string_view text) {
  if (!text.starts_with("git+"))
    return fail(Code::bad_input,
                fmt::format("'{}' is not a git address (git+https://…)", text.substr(0, 200)));
  ENVTOOL_TRY(Url url, Url::parse(text.substr(4)));
  const std::string shown = "git+" + url.redacted();
  if (url.scheme != "https" && url.scheme != "ssh" && url.scheme != "file") {
    return fail(Code::bad_input, fmt::format("'{}': {}:// is not fetched with git", shown, url.scheme),
                "use git+https://, git+ssh:// or git+file://");
  }
  if (url.scheme != "file" && url.host.empty())
    return fail(Code::bad_input, fmt::format("'{}' names no host", shown));
  GitUrl out;
  ENVTOOL_TRY(out.directory, directory_of(url.fragment, shown));
  url.fragment.clear();
  // pip's rule: the last '@' of the path starts the ref, which may itself hold '/'.
  if (const auto at = url.path.rfind('@'); at != std::string::npos) {
    out.ref = percent_decode(std::string_view(url.path).substr(at + 1));
    url.path.erase(at);
  }
  const bool odd = std::any_of(out.ref.begin(), out.ref.end(), [](unsigned char c) {
    return c <= 0x20 || c == 0x7f ||
           std::string_view("~^:?*[\\").find(static_cast<char>(c)) != std::string::npos;
  });
  // git check-ref-format; a leading '-' could be read as an option, a '+' or ':' as a refspec.
  if (odd || out.ref.starts_with('-') || out.ref.starts_with('+') || out.ref.find("..") != std::string::npos)
    return fail(Code::bad_input, fmt::format("'{}': '{}' cannot be a branch, tag or commit", shown, out.ref));
  out.repository = std::move(url);
  return out;
}

std::string render_pinned(const GitUrl& url, std::string_view commit) {
  Url repository = url.repository;
  // "git@host" is part of an ssh address, not a secret.
  const auto user = repository.scheme == "ssh" ? repository.userinfo.substr(0, repository.userinfo.find(':'))
                                               : std::string();
  repository.userinfo = user;
  std::string out = fmt::format("git+{}@{}", repository.full(), commit);
  if (!url.directory.empty()) out += "#subdirectory=" + percent_encode(url.directory, "/");
  return out;
}

}  // namespace envtool::vcs
