#include "envtool/vcs/credentials.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "envtool/support/env_vars.hpp"
#include "envtool/support/files.hpp"
#include "envtool/support/text.hpp"
#include "envtool/support/url.hpp"

namespace envtool::vcs {
namespace fs = std::filesystem;

std::optional<Login> find_in_netrc(std::string_view text, std::string_view host) {
  std::vector<std::string_view> words;
  for (auto line : split(text, '\n')) {
    line = trim(line);
    if (line.starts_with('#')) continue;
    for (std::size_t at = 0; at < line.size();) {
      const auto start = line.find_first_not_of(" \t\r", at);
      if (start == std::string_view::npos) break;
      at = std::min(line.find_first_of(" \t\r", start), line.size());
      words.push_back(line.substr(start, at - start));
    }
  }
  std::optional<Login> found;
  bool ours = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool has_value = i + 1 < words.size();
    if (words[i] == "machine" && has_value) {
      if (found) return found;
      ours = words[++i] == host;
    } else if (words[i] == "default") {
      if (found) return found;
      ours = true;
    } else if (words[i] == "login" && has_value) {
      ++i;
      if (ours) found = Login{std::string(words[i]), found ? found->password : ""};
    } else if (words[i] == "password" && has_value) {
      ++i;
      if (ours) found = Login{found ? found->user : "", std::string(words[i])};
    } else if ((words[i] == "account" || words[i] == "macdef") && has_value) {
      ++i;
    }
  }
  return found;
}

namespace {

std::optional<Login> netrc_login(const std::string& host) {
  const auto named = env_vars::get(env_vars::kNetrc);
  const auto text = read_file(named ? fs::path(*named) : env_vars::home_dir() / ".netrc", 1_MiB);
  return text ? find_in_netrc(*text, host) : std::nullopt;
}

/// Run `git credential fill` with `input`. Out: what it printed, empty when there is no git or no login.
std::string ask_git(const std::string& input) {
  int to[2], from[2];
  if (::pipe2(to, O_CLOEXEC) != 0) return "";
  UniqueFd to_read(to[0]), to_write(to[1]);
  if (::pipe2(from, O_CLOEXEC) != 0) return "";
  UniqueFd from_read(from[0]), from_write(from[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to_read.get(), 0);
  posix_spawn_file_actions_adddup2(&actions, from_write.get(), 1);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  std::vector<std::string> environment = {"GIT_TERMINAL_PROMPT=0", "GCM_INTERACTIVE=never"};
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    if (!text.starts_with("GIT_ASKPASS=") && !text.starts_with("SSH_ASKPASS="))
      environment.emplace_back(text);
  }
  std::vector<char*> pointers;
  for (auto& variable : environment) pointers.push_back(variable.data());
  pointers.push_back(nullptr);
  std::string words[] = {"git", "credential", "fill"};
  char* arguments[] = {words[0].data(), words[1].data(), words[2].data(), nullptr};
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, "git", &actions, nullptr, arguments, pointers.data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return "";
  to_read.reset();
  from_write.reset();
  (void)write_all(to_write.get(), input, "git");
  to_write.reset();
  std::string out;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::read(from_read.get(), buffer, sizeof buffer)) != 0;) {
    if (n < 0 && errno != EINTR) break;
    if (n > 0) out.append(buffer, static_cast<std::size_t>(n));
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status == 0 ? out : "";
}

std::optional<Login> helper_login(const Url& url) {
  const std::string host = url.port.empty() ? url.host : url.host + ":" + url.port;
  const std::string path = url.path.starts_with('/') ? url.path.substr(1) : url.path;
  const auto answer = ask_git("protocol=" + url.scheme + "\nhost=" + host + "\npath=" + path + "\n\n");
  Login login;
  for (const auto line : split(answer, '\n')) {
    if (line.starts_with("username=")) login.user = line.substr(9);
    if (line.starts_with("password=")) login.password = line.substr(9);
  }
  if (login.password.empty()) return std::nullopt;
  return login;
}

}  // namespace

int Credentials::next_ssh(git_credential** out, const std::string& user) {
  static constexpr const char* kKeys[] = {"id_ed25519", "id_ecdsa", "id_rsa"};
  if (tried_ == 0) {
    ++tried_;
    if (git_credential_ssh_key_from_agent(out, user.c_str()) == 0) return 0;
  }
  for (; tried_ <= 3;) {
    const fs::path key = env_vars::home_dir() / ".ssh" / kKeys[tried_++ - 1];
    std::error_code ignored;
    if (!fs::exists(key, ignored)) continue;
    if (git_credential_ssh_key_new(out, user.c_str(), (key.native() + ".pub").c_str(), key.c_str(), "") == 0)
      return 0;
  }
  return GIT_EAUTH;
}

int Credentials::next_password(git_credential** out, const std::string& text) {
  const auto url = Url::parse(text);
  if (!url) return GIT_EAUTH;
  while (tried_ < 3) {
    std::optional<Login> login;
    switch (tried_++) {
      case 0:
        if (const auto colon = url->userinfo.find(':'); colon != std::string::npos)
          login = {percent_decode(url->userinfo.substr(0, colon)),
                   percent_decode(url->userinfo.substr(colon + 1))};
        break;
      case 1:
        login = netrc_login(url->host);
        break;
      default:
        login = helper_login(*url);
        break;
    }
    if (login)
      return git_credential_userpass_plaintext_new(out, login->user.c_str(), login->password.c_str());
  }
  return GIT_EAUTH;
}

int Credentials::next(git_credential** out, const char* url, const char* user_from_url, unsigned allowed) {
  const std::string user = user_from_url == nullptr ? "git" : user_from_url;
  if ((allowed & GIT_CREDENTIAL_USERNAME) != 0) return git_credential_username_new(out, user.c_str());
  if ((allowed & GIT_CREDENTIAL_SSH_KEY) != 0) return next_ssh(out, user);
  if ((allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT) != 0) return next_password(out, url);
  return GIT_EAUTH;
}

}  // namespace envtool::vcs
