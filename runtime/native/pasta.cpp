#include "runtime/native/pasta.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>

#include <array>

#include "runtime/native/host_files.hpp"
#include "runtime/native/kernel.hpp"

extern char** environ;

namespace envtool::runtime::native {
namespace fs = std::filesystem;
namespace {

constexpr int kPatience = 10'000;  // milliseconds; it takes 60 to 90

struct SpawnFiles {
  SpawnFiles() { ::posix_spawn_file_actions_init(&actions); }
  ~SpawnFiles() { ::posix_spawn_file_actions_destroy(&actions); }
  SpawnFiles(const SpawnFiles&) = delete;
  SpawnFiles& operator=(const SpawnFiles&) = delete;
  posix_spawn_file_actions_t actions{};
};

struct SpawnAttributes {
  SpawnAttributes() {
    ::posix_spawnattr_init(&attributes);
    sigset_t none;
    ::sigemptyset(&none);  // all signals are blocked here
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  }
  ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes); }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  posix_spawnattr_t attributes{};
};

}  // namespace

Result<fs::path> find_pasta() {
  // It hangs without access to the device, so that is checked first.
  if (::access("/dev/net/tun", R_OK | W_OK) != 0)
    return fail(Code::unsupported, "`network: isolated` needs /dev/net/tun, which this user may not open",
                "sudo modprobe tun && sudo chmod 666 /dev/net/tun");
  for (const char* path : {"/usr/bin/pasta", "/usr/local/bin/pasta"})
    if (::access(path, X_OK) == 0) return path;
  return fail(Code::unsupported, "`network: isolated` needs the program pasta",
              "sudo apt install passt (or use `network: host`, or `network: none`)");
}

Result<void> connect_network(pid_t pid) {
  ENVTOOL_TRY(const fs::path program, find_pasta());
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail_errno("make a pipe", "");
  const UniqueFd said(ends[0]);
  UniqueFd said_end(ends[1]);
  SpawnFiles files;
  ::posix_spawn_file_actions_addopen(&files.actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&files.actions, said_end.get(), 1);
  ::posix_spawn_file_actions_adddup2(&files.actions, said_end.get(), 2);
  const SpawnAttributes attributes;
  // No port is forwarded by itself, in either direction, and the gateway's address is not the host's
  // loopback.
  std::vector<std::string> words = {program.native(),
                                    "--config-net",
                                    "--quiet",
                                    "-t",
                                    "none",
                                    "-u",
                                    "none",
                                    "-T",
                                    "none",
                                    "-U",
                                    "none",
                                    "--no-map-gw",
                                    "--dns-forward",
                                    std::string(kDnsForwarder),
                                    std::to_string(pid)};
  // Started as root it would become nobody, who may not enter what is root's.
  if (::geteuid() == 0) words.insert(words.end() - 1, {"--runas", "0:0"});
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t helper = -1;
  if (const int error = ::posix_spawn(&helper, program.c_str(), &files.actions, &attributes.attributes,
                                      arguments.data(), environ);
      error != 0)
    return fail_errno("start", program.native(), error);
  said_end.reset();
  // It goes into the background once the interface is there.
  const UniqueFd held(pidfd_open(helper));
  pollfd end{held.get(), POLLIN, 0};
  if (::poll(&end, 1, kPatience) <= 0) {
    ::kill(helper, SIGKILL);
    ::waitpid(helper, nullptr, 0);
    return fail(Code::io, "pasta did not connect the container's network within ten seconds",
                "use `network: host`, or `network: none`");
  }
  int status = 0;
  ::waitpid(helper, &status, 0);
  if (status == 0) return {};
  std::string text(4096, '\0');
  ::fcntl(said.get(), F_SETFL, O_NONBLOCK);
  const ssize_t size = ::read(said.get(), text.data(), text.size());
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return fail(Code::io, "pasta cannot connect the container's network: " + text, "use `network: host`");
}

}  // namespace envtool::runtime::native
