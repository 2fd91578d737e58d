#include <array>

#include "envtool/image/normalise.hpp"

namespace envtool::image {
namespace {

// Wholly of this machine or this moment; regenerated on use where a program wants them.
constexpr std::array kRemoved = {
    "etc/.pwd.lock",
    "etc/adjtime",
    "etc/group-",
    "etc/hostname",
    "etc/hosts",
    "etc/machine-id",
    "etc/resolv.conf",
    "etc/gshadow-",
    "etc/mailname",
    "etc/passwd-",
    "etc/shadow-",
    "etc/subgid-",
    "etc/subuid-",
    "usr/sbin/policy-rc.d",
    "var/cache/debconf/config.dat-old",
    "var/cache/debconf/passwords.dat-old",
    "var/cache/debconf/templates.dat-old",
    "var/cache/ldconfig/aux-cache",
    "var/lib/apt/extended_states",
    "var/lib/dbus/machine-id",
    "var/lib/dpkg/available-old",
    "var/lib/dpkg/diversions-old",
    "var/lib/dpkg/lock",
    "var/lib/dpkg/lock-frontend",
    "var/lib/dpkg/statoverride-old",
    "var/lib/dpkg/status-old",
    "var/lib/dpkg/triggers/Lock",
    "var/lib/systemd/catalog/database",
    "var/lib/systemd/random-seed",
    "var/lib/urandom/random-seed",
    "var/log/alternatives.log",
    "var/log/bootstrap.log",
    "var/log/dpkg.log",
    "var/log/fontconfig.log",
};
// Everything below, but not the folder.
constexpr std::array kEmptied = {
    "dev/",
    "proc/",
    "run/",
    "sys/",
    "tmp/",
    "var/tmp/",
    "var/cache/apt/",
    "var/cache/man/",
    "var/cache/fontconfig/",
    "var/lib/apt/lists/",
    "var/lib/dpkg/updates/",
    "var/log/apt/",
};
bool starts(std::string_view path, std::string_view prefix) { return path.starts_with(prefix); }

}  // namespace

Fate fate_of(std::string_view path, bool is_folder) {
  for (const std::string_view exact : kRemoved)
    if (path == exact) return Fate::remove;
  for (const std::string_view folder : kEmptied)
    if (starts(path, folder)) return is_folder ? Fate::keep : Fate::remove;
  if (starts(path, "var/log/")) return Fate::empty;
  const std::string_view name = path.substr(path.rfind('/') + 1);
  if (name == "__pycache__" || name.ends_with(".pyc") || name.ends_with(".pyo")) return Fate::remove;
  if (starts(path, "etc/ssh/ssh_host_") && path.find("key") != std::string_view::npos) return Fate::secret;
  if (starts(path, "etc/ssl/private/ssl-cert-snakeoil") || starts(path, "etc/ssl/certs/ssl-cert-snakeoil"))
    return Fate::secret;
  return Fate::keep;
}

}  // namespace envtool::image
