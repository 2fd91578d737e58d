#include <catch2/catch.hpp>

#include "tests/unit/project/lock_sample.hpp"

using namespace envtool;
using namespace envtool::project;

namespace {
std::string line(const LockChange& change) {
  return change.what + " " + change.name + " [" + change.before + "] [" + change.after + "] " +
         change.platform;
}
}  // namespace

TEST_CASE("equal locks have no difference", "[project][lock]") {
  CHECK(diff(sample_lock(), sample_lock()).empty());
}

TEST_CASE("a change that all platforms have is told once", "[project][lock]") {
  const auto before = sample_lock();
  auto after = before;
  for (auto& platform : after.platforms) {
    platform.packages.back() = sample_wheel("numpy", "2.0.0");
    platform.packages.push_back(sample_wheel("xgboost", "2.1"));
    platform.packages.erase(platform.packages.begin());
    platform.python.version = "3.11.9";
  }
  const auto changes = diff(before, after);
  REQUIRE(changes.size() == 4);
  CHECK(line(changes[0]) == "python python [3.11.2] [3.11.9] ");
  CHECK(line(changes[1]) == "packages antlr4 [4.9.3] [] ");
  CHECK(line(changes[2]) == "packages numpy [1.26.4] [2.0.0] ");
  CHECK(line(changes[3]) == "packages xgboost [] [2.1] ");
}

TEST_CASE("a change of one platform names it", "[project][lock]") {
  const auto before = sample_lock();
  auto after = before;
  after.platforms[1].system[0].version = "2";
  std::get<LockedArchiveBase>(after.platforms[0].base).suite = "trixie";
  const auto changes = diff(before, after);
  REQUIRE(changes.size() == 2);
  CHECK(line(changes[0]) == "base base [debian bookworm] [debian trixie] linux/amd64");
  CHECK(line(changes[1]) == "system git [1:2.39.5-0+deb12u2] [2] linux/arm64");
}

TEST_CASE("a platform that one lock lacks is all additions there", "[project][lock]") {
  auto before = sample_lock();
  before.platforms.pop_back();
  const auto changes = diff(before, sample_lock());
  CHECK(changes.size() == 9);
  for (const auto& change : changes) CHECK(change.platform == "linux/arm64");
}
