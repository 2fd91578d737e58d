#include "envtool/net/part_file.hpp"

#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "tests/unit/net/quick.hpp"

using namespace envtool;
using namespace envtool::net;

TEST_CASE("a part file that cannot grow says so at the end, once", "[net]") {
  const TemporaryFolder folder;
  PartFile part(folder / "f");
  REQUIRE(part.open().value());
  // A file size limit fails writes as a full disk does, in this process only.
  rlimit old{};
  ::getrlimit(RLIMIT_FSIZE, &old);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{4096, old.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  part.append(noise(10'000));
  part.append("more");
  ::setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, handler);
  CHECK(part.failed());
  const auto verdict = part.verify(Digest::of(""), std::nullopt, "somewhere");
  REQUIRE_FALSE(verdict);
  CHECK(verdict.error().code == Code::io);
  CHECK(mentions(verdict.error().what, "f.part"));
}

TEST_CASE("a symlink in the place of a part file is not followed", "[net]") {
  const TemporaryFolder folder;
  std::filesystem::create_symlink(folder / "victim", folder / "f.part");
  PartFile part(folder / "f");
  CHECK_FALSE(part.open());
  CHECK_FALSE(std::filesystem::exists(folder / "victim"));
}
