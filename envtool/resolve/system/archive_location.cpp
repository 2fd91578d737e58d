#include <array>
#include <string_view>

#include "envtool/resolve/system/system.hpp"

namespace envtool::resolve::system {
namespace {

using Distribution = project::BaseFromArchive::Distribution;

constexpr std::string_view kDebian = "http://deb.debian.org/debian";
constexpr std::string_view kDebianSecurity = "http://deb.debian.org/debian-security";
constexpr std::string_view kUbuntu = "http://archive.ubuntu.com/ubuntu";
constexpr std::string_view kUbuntuPorts = "http://ports.ubuntu.com/ubuntu-ports";

constexpr std::array<std::string_view, 3> kDebianSuites = {"bullseye", "bookworm", "trixie"};
constexpr std::array<std::string_view, 3> kUbuntuSuites = {"jammy", "noble", "resolute"};

template <class Names>
bool contains(const Names& names, std::string_view name) {
  for (const auto known : names) {
    if (known == name) return true;
  }
  return false;
}

ArchiveLocation debian(const std::string& suite) {
  ArchiveLocation location{Distribution::debian, suite, {}, {"main"}};
  location.parts.push_back({std::string(kDebian), suite, true});
  location.parts.push_back({std::string(kDebian), suite + "-updates", false});
  location.parts.push_back({std::string(kDebianSecurity), suite + "-security", false});
  return location;
}

/// arm64 is a port, with an archive of its own.
ArchiveLocation ubuntu(const std::string& suite, const Platform& platform) {
  const std::string url(platform.architecture != "amd64" ? kUbuntuPorts : kUbuntu);
  ArchiveLocation location{Distribution::ubuntu, suite, {}, {"main", "universe"}};
  location.parts.push_back({url, suite, true});
  location.parts.push_back({url, suite + "-updates", false});
  location.parts.push_back({url, suite + "-security", false});
  return location;
}

}  // namespace

Result<ArchiveLocation> archive_of(const project::BaseFromArchive& base, const Platform& platform) {
  const bool is_debian = base.distribution == Distribution::debian;
  if (is_debian && contains(kDebianSuites, base.suite)) return debian(base.suite);
  if (!is_debian && contains(kUbuntuSuites, base.suite)) return ubuntu(base.suite, platform);
  return fail(Code::bad_input,
              "no " + std::string(is_debian ? "Debian" : "Ubuntu") + " release '" + base.suite + "' is known",
              is_debian ? "known are bullseye, bookworm and trixie" : "known are jammy, noble and resolute");
}

}  // namespace envtool::resolve::system
