#include "runtime/native/network.hpp"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

namespace envtool::runtime::native {

bool raise_loopback(Failing& failing) {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return failing.fail(Step::loopback);
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  const bool up = ::ioctl(fd, SIOCSIFFLAGS, &request) == 0;
  if (!up) failing.fail(Step::loopback);
  ::close(fd);
  return up;
}

}  // namespace envtool::runtime::native
