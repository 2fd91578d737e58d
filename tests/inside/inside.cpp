// inside VERB [ARG…]: what a process in a container sees and may do, one fact a line.
#include <fcntl.h>
#include <linux/keyctl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

extern char** environ;

namespace {

int print_file(const char* path, const char* wanted = nullptr) {
  FILE* file = std::fopen(path, "re");
  if (file == nullptr) return std::perror(path), 1;
  char line[4096];
  while (std::fgets(line, sizeof line, file) != nullptr)
    if (wanted == nullptr || std::strncmp(line, wanted, std::strlen(wanted)) == 0) std::fputs(line, stdout);
  std::fclose(file);
  return 0;
}

int result(const char* what, long value) {
  std::printf("%s %s\n", what, value >= 0 ? "ok" : std::strerror(errno));
  return 0;
}

int identity() {
  std::printf("uid %u gid %u pid %d ppid %d\n", getuid(), getgid(), getpid(), getppid());
  char name[256];
  gethostname(name, sizeof name);
  std::printf("host %s\n", name);
  char folder[4096];
  std::printf("cwd %s\n", getcwd(folder, sizeof folder) == nullptr ? "?" : folder);
  for (int fd = 0; fd < 3; ++fd) std::printf("tty%d %s\n", fd, isatty(fd) != 0 ? ttyname(fd) : "no");
  return print_file("/proc/self/status", "Cap") + print_file("/proc/self/status", "NoNewPrivs") +
         print_file("/proc/self/status", "Seccomp:");
}

/// Calls that a container must be refused.
int forbidden() {
  result("mount", mount("none", "/", "tmpfs", 0, nullptr));
  result("unshare", unshare(CLONE_NEWUSER));
  result("setns", syscall(SYS_setns, -1, 0));
  result("bpf", syscall(SYS_bpf, 0, nullptr, 0));
  result("keyctl", syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, -3, 0));
  result("clone3", syscall(SYS_clone3, nullptr, 0));
  result("pid1-environ", open("/proc/1/environ", O_RDONLY));
  result("pid1-root", open("/proc/1/root/", O_RDONLY));
  result("pid1-mem", open("/proc/1/mem", O_RDWR));
  return 0;
}

int own(int count, char** words) {
  if (count < 5) return 2;
  const uid_t uid = static_cast<uid_t>(std::atoi(words[3]));
  const gid_t gid = static_cast<gid_t>(std::atoi(words[4]));
  const std::string how = words[1];
  if (how == "chown") return result("chown", chown(words[2], uid, gid));
  if (how == "lchown") return result("lchown", lchown(words[2], uid, gid));
  return result("fchown", fchown(open(words[2], O_RDONLY), uid, gid));
}

/// A server on loopback that answers each connection with "pong " and what it got.
int echo(int port) {
  const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(server, 8) != 0)
    return std::perror("listen"), 1;
  for (;;) {
    const int client = accept(server, nullptr, nullptr);
    char text[256] = "pong ";
    const ssize_t size = recv(client, text + 5, sizeof text - 5, 0);
    if (size > 0 && send(client, text, static_cast<std::size_t>(size) + 5, 0) < 0) std::perror("send");
    close(client);
  }
}

}  // namespace

int main(int count, char** words) {
  const std::string verb = count > 1 ? words[1] : "id";
  if (verb == "id") return identity();
  if (verb == "forbidden") return forbidden();
  if (verb == "mounts") return print_file("/proc/self/mountinfo");
  if (verb == "exit") return count > 2 ? std::atoi(words[2]) : 0;
  if (verb == "raise") return count > 2 ? raise(std::atoi(words[2])) : 2;
  if (verb == "env") {
    for (char** variable = environ; *variable != nullptr; ++variable) std::puts(*variable);
    return 0;
  }
  if (verb == "cat") return count > 2 ? print_file(words[2]) : 2;
  if (verb == "same") {
    struct stat one {};
    struct stat other {};
    return count < 4 || stat(words[2], &one) != 0 || stat(words[3], &other) != 0 ||
           one.st_rdev != other.st_rdev;
  }
  if (verb == "write") {
    FILE* file = count > 3 ? std::fopen(words[2], "we") : nullptr;
    if (file == nullptr) return std::perror("write"), 1;
    std::fputs(words[3], file);
    return std::fclose(file);
  }
  if (verb == "chown" || verb == "lchown" || verb == "fchown") return own(count, words);
  if (verb == "setuid") return result("setuid", setuid(33)) + result("setgid", setgid(33));
  if (verb == "mknod") return result("mknod", mknod("/null-of-ours", S_IFCHR | 0666, 0x103));
  if (verb == "nproc") return std::printf("%ld\n", sysconf(_SC_NPROCESSORS_ONLN)) < 0;
  if (verb == "echo") return echo(count > 2 ? std::atoi(words[2]) : 0);
  if (verb == "pause") return pause();
  return 2;
}
