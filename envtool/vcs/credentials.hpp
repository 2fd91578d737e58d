#pragma once
// Private: logins for git servers, in the order in which people expect them to be found.
#include <git2.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace envtool::vcs {

struct Login {
  std::string user, password;
};

/// The entry for `host`, else the default one, of a netrc file (ftp(1), "The .netrc file").
std::optional<Login> find_in_netrc(std::string_view text, std::string_view host);

/// Gives libgit2 one login after the other until one is accepted.
/// ssh: the agent, then ~/.ssh/id_ed25519, id_ecdsa, id_rsa without passphrase. https: the address's own
/// login, $NETRC or ~/.netrc, `git credential fill` (no prompt) where git is installed.
class Credentials {
 public:
  int next(git_credential** out, const char* url, const char* user_from_url, unsigned allowed);

 private:
  int next_ssh(git_credential** out, const std::string& user);
  int next_password(git_credential** out, const std::string& url);
  int tried_ = 0;
};

}  // namespace envtool::vcs
