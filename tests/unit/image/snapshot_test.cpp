#include "envtool/image/snapshot.hpp"

#include <catch2/catch.hpp>

using namespace envtool;
using namespace envtool::image;

namespace {
project::LockedRelease release(std::string url, std::string date) {
  return {.url = std::move(url),
          .suite = "bookworm",
          .components = {"main"},
          .in_release = {},
          .date = std::move(date)};
}
}  // namespace

TEST_CASE("a .deb that the archive dropped is at the snapshot of the day after the lock", "[image]") {
  const std::vector releases{release("http://deb.debian.org/debian", "2026-07-11T10:16:37Z"),
                             release("http://deb.debian.org/debian", "2026-12-31T02:09:33Z"),
                             release("http://deb.debian.org/debian-security", "2026-11-22T19:58:56Z")};
  CHECK(snapshot_url("http://deb.debian.org/debian/pool/main/z/zlib/zlib1g_1.3_amd64.deb", releases) ==
        "https://snapshot.debian.org/archive/debian/20270101T020933Z/pool/main/z/zlib/zlib1g_1.3_amd64.deb");
  CHECK(snapshot_url("http://deb.debian.org/debian-security/pool/updates/main/o/x.deb", releases) ==
        "https://snapshot.debian.org/archive/debian-security/20261123T195856Z/pool/updates/main/o/x.deb");
}

TEST_CASE("Ubuntu's two archives have one snapshot service", "[image]") {
  const std::vector releases{release("http://ports.ubuntu.com/ubuntu-ports", "2026-08-31T10:18:17Z")};
  CHECK(snapshot_url("http://ports.ubuntu.com/ubuntu-ports/pool/main/p/p.deb", releases) ==
        "https://snapshot.ubuntu.com/ubuntu/20260901T101817Z/pool/main/p/p.deb");
}

TEST_CASE("an archive without a snapshot service, or a date that is none, has no other address", "[image]") {
  CHECK_FALSE(snapshot_url("http://mirror.example.edu/debian/pool/a.deb", {}));
  const std::vector releases{release("http://deb.debian.org/debian", "yesterday")};
  CHECK_FALSE(snapshot_url("http://deb.debian.org/debian/pool/a.deb", releases));
}
