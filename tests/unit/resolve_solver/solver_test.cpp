// The situations of solver.md, with packages of our own.
#include "envtool/resolve/solver/solver.hpp"

#include <catch2/catch.hpp>

#include "fake_provider.hpp"

namespace envtool::resolve::solver::test {

TEST_CASE("without conflicts the newest versions are chosen", "[resolve][solver]") {
  FakeProvider shop;
  shop.release("pandas", 1, {{"numpy", 1, 3}});
  shop.release("pandas", 2, {{"numpy", 2, 4}});
  for (int i = 1; i < 6; ++i) shop.release("numpy", i);
  shop.ask({{"pandas"}});
  CHECK(shop.solution() == "numpy 3, pandas 2");
}

TEST_CASE("a version whose requirement is already violated is passed over without a decision",
          "[resolve][solver]") {
  FakeProvider shop;
  shop.release("plot", 1);
  shop.release("plot", 2, {{"array", 2, 3}});
  shop.release("array", 1);
  shop.release("array", 2);
  shop.ask({{"array", 1, 2}, {"plot"}});
  CHECK(shop.solution() == "array 1, plot 1");
  CHECK(shop.statistics.backjumps == 0);
}

TEST_CASE("a conflict is resolved and the culprit never tried again", "[resolve][solver]") {
  FakeProvider shop;
  shop.release("foo", 1);
  shop.release("foo", 2, {{"bar", 1, 2}});
  shop.release("bar", 1, {{"foo", 1, 2}});
  shop.ask({{"foo", 1}});
  CHECK(shop.solution() == "foo 1");
}

TEST_CASE("a conflict with a partial satisfier goes back far enough", "[resolve][solver]") {
  // foo 2 needs left and right, which disagree over target through shared.
  FakeProvider shop;
  shop.release("foo", 1);
  shop.release("foo", 2, {{"left", 1, 2}, {"right", 1, 2}});
  shop.release("left", 1, {{"shared", 1}});
  shop.release("right", 1, {{"shared", 0, 2}});
  shop.release("shared", 1, {{"target", 1, 2}});
  shop.release("shared", 2);
  shop.release("target", 1);
  shop.release("target", 2);
  shop.ask({{"foo", 1}, {"target", 2, 3}});
  CHECK(shop.solution() == "foo 1, target 2");
}

TEST_CASE("an extra has the version of its package", "[resolve][solver]") {
  FakeProvider shop;
  for (int i = 1; i < 4; ++i) {
    shop.release("ray", i);
    shop.release("ray[tune]", i, {{"ray", i, i + 1}, {"table", i, i + 1}});
  }
  shop.release("table", 1);
  shop.release("table", 2);
  shop.based("ray[tune]", "ray");
  shop.ask({{"ray[tune]"}, {"ray"}});
  CHECK(shop.solution() == "ray 2, ray[tune] 2, table 2");
}

TEST_CASE("an extra and its package that cannot agree fail at once, not version by version",
          "[resolve][solver]") {
  FakeProvider shop;
  for (int i = 0; i < 500; ++i) {
    shop.release("ray", i);
    shop.release("ray[tune]", i);
  }
  shop.based("ray[tune]", "ray");
  shop.ask({{"ray", 250}, {"ray[tune]", 0, 250}});
  CHECK(shop.solution() == "none");
  CHECK(shop.chosen < 10);
}

TEST_CASE("a broken version falls back to the one before", "[resolve][solver]") {
  FakeProvider shop;
  shop.release("numpy", 1);
  shop.release("numpy", 2);
  shop.broken("numpy", 2, "its metadata cannot be read");
  shop.ask({{"numpy"}});
  CHECK(shop.solution() == "numpy 1");
}

TEST_CASE("cycles are no problem", "[resolve][solver]") {
  FakeProvider shop;
  shop.release("a", 1, {{"b"}});
  shop.release("b", 1, {{"a"}});
  shop.ask({{"a"}});
  CHECK(shop.solution() == "a 1, b 1");
}

TEST_CASE("many old versions of one package that all conflict are learned as one", "[resolve][solver]") {
  // botocore and urllib3: every boto wants an old url, and the newest url was pinned by something else.
  FakeProvider shop;
  for (int i = 1; i <= 300; ++i) shop.release("boto", i, {{"url", 0, 2}});
  shop.release("url", 1);
  shop.release("url", 2);
  shop.release("web", 1, {{"url", 2}});
  shop.ask({{"boto"}, {"web"}});
  CHECK(shop.solution() == "none");
}

TEST_CASE("a package that always conflicts is decided before what it conflicts with", "[resolve][solver]") {
  FakeProvider shop;
  for (int i = 1; i <= 60; ++i) {
    shop.release("early", i, {{"core", i, i + 1}});
    shop.release("core", i);
  }
  shop.release("late", 1, {{"core", 3, 4}});
  shop.ask({{"early"}, {"late"}});
  CHECK(shop.solution() == "core 3, early 3, late 1");
}

TEST_CASE("solving can be stopped", "[resolve][solver]") {
  FakeProvider shop;
  shop.release("a", 1);
  shop.ask({{"a"}});
  std::stop_source stop;
  stop.request_stop();
  auto outcome = solve(shop, stop.get_token());
  REQUIRE_FALSE(outcome.has_value());
  CHECK(outcome.error().code == Code::cancelled);
}

}  // namespace envtool::resolve::solver::test
