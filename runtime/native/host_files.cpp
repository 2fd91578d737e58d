#include "runtime/native/host_files.hpp"

#include <unistd.h>

#include "envtool/support/env_vars.hpp"
#include "envtool/support/files.hpp"
#include "envtool/support/text.hpp"

namespace envtool::runtime::native {
namespace fs = std::filesystem;
namespace {

constexpr const char* kBundleInside = "/run/envtool/ca-bundle.crt";

/// A line of passwd or group: name:x:number:…
bool names(std::string_view line, std::string_view name, std::string_view number) {
  const auto fields = split(line, ':');
  return fields.size() > 2 && (fields[0] == name || fields[2] == number);
}

std::string from_image(const std::vector<fs::path>& lowers, const char* path) {
  for (auto lower = lowers.rbegin(); lower != lowers.rend(); ++lower)
    if (auto text = read_file(*lower / path, 1_MiB)) return *text;
  return {};
}

std::string from_host(const char* path) { return read_file(path, 1_MiB).value_or(std::string()); }

std::optional<fs::path> host_ca_bundle() {
  if (auto own = env_vars::ca_bundle()) return fs::absolute(*own);
  for (const char* path : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                           "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"})
    if (::access(path, R_OK) == 0) return path;
  return std::nullopt;
}

Result<void> add_file(HostFiles& files, const fs::path& folder, const char* name, const std::string& target,
                      const std::string& text) {
  ENVTOOL_CHECK(write_atomic(folder / name, text, 0644, false));
  files.mounts.push_back({target, "bind", (folder / name).native(), {"rbind", "ro", "nosuid", "nodev"}});
  return {};
}

}  // namespace

std::string passwd_text(std::string_view base, uid_t uid, gid_t gid, std::string_view user,
                        std::string_view home, std::string_view shell) {
  const std::string number = std::to_string(uid);
  std::string own;
  own.append(user).append(":x:").append(number).append(":").append(std::to_string(gid));
  own.append("::").append(home).append(":").append(shell).append("\n");
  std::string out;
  bool placed = false;
  for (const auto line : split(base, '\n')) {
    if (line.empty()) continue;
    if (!names(line, user, number)) {
      out.append(line).append("\n");
    } else if (!placed) {
      out += own;
      placed = true;
    }
  }
  return placed ? out : out + own;
}

std::string group_text(std::string_view base, gid_t gid, std::string_view group) {
  const std::string number = std::to_string(gid);
  std::string out;
  bool known = false;
  for (const auto line : split(base, '\n')) {
    if (line.empty()) continue;
    const auto fields = split(line, ':');
    const bool same_number = fields.size() > 2 && fields[2] == number;
    known = known || same_number;
    if (same_number || fields[0] != group) out.append(line).append("\n");
  }
  if (!known) out.append(group).append(":x:").append(number).append(":\n");
  return out;
}

std::string hosts_text(std::string_view host, std::string_view hostname) {
  std::string out = "127.0.0.1\tlocalhost " + std::string(hostname) + "\n::1\tlocalhost ip6-localhost\n";
  for (auto line : split(host, '\n')) {
    line = trim(line.substr(0, line.find('#')));
    if (line.empty() || line.starts_with("127.") || line.starts_with("::1") || line.starts_with("ff0") ||
        line.starts_with("fe00"))
      continue;
    out.append(line).append("\n");
  }
  return out;
}

std::string resolv_conf_text(std::string_view host, NetworkMode network) {
  if (network == NetworkMode::none) return {};
  if (network == NetworkMode::host) return std::string(host);
  std::string out = "nameserver " + std::string(kDnsForwarder) + "\n";
  for (const auto line : split(host, '\n'))
    if (line.starts_with("search") || line.starts_with("options")) out.append(line).append("\n");
  return out;
}

Result<HostFiles> write_host_files(const fs::path& folder, const HostFilesRequest& request) {
  ENVTOOL_CHECK(make_directories(folder, 0700));
  HostFiles files;
  ENVTOOL_CHECK(add_file(files, folder, "passwd", "/etc/passwd",
                         passwd_text(from_image(request.lowers, "etc/passwd"), ::getuid(), ::getgid(),
                                     request.user, request.home)));
  ENVTOOL_CHECK(add_file(files, folder, "group", "/etc/group",
                         group_text(from_image(request.lowers, "etc/group"), ::getgid(), request.user)));
  ENVTOOL_CHECK(
      add_file(files, folder, "hosts", "/etc/hosts", hosts_text(from_host("/etc/hosts"), request.hostname)));
  ENVTOOL_CHECK(add_file(files, folder, "resolv.conf", "/etc/resolv.conf",
                         resolv_conf_text(from_host("/etc/resolv.conf"), request.network)));
  if (const auto bundle = host_ca_bundle(); bundle && ::access(bundle->c_str(), R_OK) == 0) {
    files.mounts.push_back({kBundleInside, "bind", bundle->native(), {"rbind", "ro", "nosuid", "nodev"}});
    for (const char* name : {"SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "PIP_CERT",
                             "GIT_SSL_CAINFO", "NODE_EXTRA_CA_CERTS"})
      files.env.emplace_back(name, kBundleInside);
  }
  return files;
}

std::vector<std::string> passed_variables() {
  return {"TERM",        "COLORTERM",  "NO_COLOR",    "LANG",     "LC_ALL",   "TZ",        "http_proxy",
          "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"};
}

std::vector<oci::RuntimeMount> standard_mounts(std::uint64_t shm_bytes) {
  std::vector<oci::RuntimeMount> mounts = {
      {"/proc", "proc", "proc", {"nosuid", "noexec", "nodev"}},
      {"/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"}},
      {"/dev", "tmpfs", "tmpfs", {"nosuid", "noexec", "strictatime", "mode=755", "size=64k"}},
      {"/dev/pts", "devpts", "devpts", {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"}},
      {"/dev/shm", "tmpfs", "shm", {"nosuid", "noexec", "nodev", "mode=1777"}}};
  if (shm_bytes != 0) mounts.back().options.push_back("size=" + std::to_string(shm_bytes));
  return mounts;
}

}  // namespace envtool::runtime::native
