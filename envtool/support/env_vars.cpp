#include "envtool/support/env_vars.hpp"

#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "envtool/support/text.hpp"

namespace envtool::env_vars {
namespace fs = std::filesystem;

std::optional<std::string> get(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

namespace {
/// A field of the calling uid's line in /etc/passwd. getpwuid would pull NSS into the static launcher.
std::optional<std::string> passwd_field(std::size_t index) {
  std::ifstream passwd("/etc/passwd");
  const std::string uid = std::to_string(::getuid());
  for (std::string line; std::getline(passwd, line);) {
    const auto fields = split(line, ':');
    if (fields.size() > index && fields.size() > 2 && fields[2] == uid) return std::string(fields[index]);
  }
  return std::nullopt;
}
}  // namespace

fs::path home_dir() {
  if (const auto home = get("HOME")) return *home;
  return passwd_field(5).value_or("/tmp");
}

std::optional<std::string> user_name() {
  if (auto name = passwd_field(0)) return name;
  return get("USER");
}

namespace {
fs::path xdg(const char* own, const char* variable, const char* fallback) {
  if (own != nullptr) {
    if (const auto path = get(own)) return *path;
  }
  // The XDG base directory specification says to ignore relative paths.
  if (const auto path = get(variable); path && fs::path(*path).is_absolute())
    return fs::path(*path) / "envtool";
  return home_dir() / fallback / "envtool";
}
}  // namespace

fs::path store_dir() { return xdg(kStore, "XDG_DATA_HOME", ".local/share"); }
fs::path cache_dir() { return xdg(kCache, "XDG_CACHE_HOME", ".cache"); }
fs::path state_dir() { return xdg(nullptr, "XDG_STATE_HOME", ".local/state"); }
fs::path config_file() {
  if (const auto path = get(kConfig)) return *path;
  return xdg(nullptr, "XDG_CONFIG_HOME", ".config") / "config.yaml";
}

std::optional<fs::path> ca_bundle() {
  if (const auto path = get(kCaBundle)) return *path;
  if (const auto path = get(kSslCertFile)) return *path;
  return std::nullopt;
}

}  // namespace envtool::env_vars
