#pragma once
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <vector>

#include "envtool/support/result.hpp"
#include "envtool/support/unique_fd.hpp"

namespace envtool::runtime::native {

/// The program pasta (package passt), with everything that it needs. Errors: unsupported, saying which is
/// missing.
Result<std::filesystem::path> find_pasta();

/// Connect the network namespace of `pid` to the outside: it reaches the network as the caller does, nothing
/// reaches it, and the host's loopback stays hidden. Waits until the interface is up.
/// Out: nothing to hold: pasta ends with the namespace. Errors: unsupported; io with what pasta says.
Result<void> connect_network(pid_t pid);

/// Publish `ports` of the container on 127.0.0.1: a process listens on the host, enters the container's
/// network and passes the bytes on. It ends with the container. Errors: io, naming a port that is taken.
Result<void> publish_ports(pid_t pid, int pidfd, const std::vector<std::uint16_t>& ports);

}  // namespace envtool::runtime::native
