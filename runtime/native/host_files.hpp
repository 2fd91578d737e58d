#pragma once
// What a container gets from the host it runs on: names for the caller's ids, DNS, hosts, the CA bundle.
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "envtool/formats/oci/runtime_spec.hpp"
#include "envtool/support/result.hpp"
#include "runtime/engine.hpp"

namespace envtool::runtime::native {

/// The image's passwd with the caller's uid named `user`; an entry of the image that has this uid or this
/// name gives way.
std::string passwd_text(std::string_view base, uid_t uid, gid_t gid, std::string_view user,
                        std::string_view home, std::string_view shell = "/bin/bash");
/// The image's group file with the caller's gid named `group`, unless the image has a name for it.
std::string group_text(std::string_view base, gid_t gid, std::string_view group);
/// localhost, `hostname`, and what the host's own file adds.
std::string hosts_text(std::string_view host, std::string_view hostname);
/// The host's resolv.conf as it is, or with pasta's forwarder when the network is isolated; empty without
/// one.
std::string resolv_conf_text(std::string_view host, NetworkMode network);

/// Address that pasta answers DNS at in an isolated network.
inline constexpr std::string_view kDnsForwarder = "169.254.1.1";

struct HostFilesRequest {
  std::vector<std::filesystem::path> lowers;  ///< of the image: its own passwd and group are read from there
  std::string user = "user";                  ///< a name for the caller's uid
  std::string home = "/home/user";
  std::string hostname = "env";
  NetworkMode network = NetworkMode::host;
};

struct HostFiles {
  std::vector<oci::RuntimeMount> mounts;                 ///< read-only binds, to append to the document
  std::vector<std::pair<std::string, std::string>> env;  ///< SSL_CERT_FILE and so on
};

/// Write the files to `folder` (made if absent) and return what binds them.
/// Errors: io.
Result<HostFiles> write_host_files(const std::filesystem::path& folder, const HostFilesRequest& request);

/// The caller's environment variables that a container gets when they are set: TERM, LANG's kin, proxies.
std::vector<std::string> passed_variables();

/// The mounts every container of ours has: /proc, /sys, /dev, /dev/pts, /dev/shm (`shm_bytes` 0: half the
/// memory), /tmp is the root's own.
std::vector<oci::RuntimeMount> standard_mounts(std::uint64_t shm_bytes = 0);

}  // namespace envtool::runtime::native
