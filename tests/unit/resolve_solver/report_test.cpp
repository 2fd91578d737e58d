#include "envtool/resolve/solver/report.hpp"

#include <catch2/catch.hpp>

#include "fake_provider.hpp"

namespace envtool::resolve::solver::test {

TEST_CASE("a straight chain is one or two sentences and ends with what to change", "[resolve][solver]") {
  FakeProvider shop;
  shop.release("foo", 1, {{"bar", 2, 3}});
  shop.release("bar", 2, {{"baz", 3, 4}});
  shop.release("baz", 1);
  shop.release("baz", 3);
  shop.ask({{"foo", 1, 2}, {"baz", 1, 2}});
  REQUIRE(shop.solution() == "none");
  INFO(shop.explanation());
  CHECK(shop.last_report.sentences.size() <= 2);
  CHECK(shop.explanation().find("bar needs baz>=3,<4") != std::string::npos);
  CHECK(shop.explanation().find("your requirements cannot be met together") != std::string::npos);
  REQUIRE(shop.last_report.advice.size() == 1);
  CHECK(shop.last_report.advice[0] == "relax or remove one of `baz>=1,<2` and `foo>=1,<2`");
}

TEST_CASE("arguments that branch refer to each other by number", "[resolve][solver]") {
  FakeProvider shop;
  shop.release("foo", 1, {{"a"}, {"b"}});
  shop.release("foo", 2, {{"x"}, {"y"}});
  shop.release("a", 1, {{"b", 2}});
  shop.release("b", 1);
  shop.release("b", 2, {{"a", 2}});
  shop.release("x", 1, {{"y", 2}});
  shop.release("y", 1, {{"x", 2}});
  shop.release("y", 2, {{"x", 2}});
  shop.ask({{"foo"}});
  REQUIRE(shop.solution() == "none");
  INFO(shop.explanation());
  CHECK(shop.explanation().find("foo 1 cannot be used") != std::string::npos);
  CHECK(shop.explanation().find("(0)") == std::string::npos);
  CHECK(shop.last_report.sentences.size() < 10);
}

TEST_CASE("a long proof is summed up, and its steps are kept for those who want them", "[resolve][solver]") {
  FakeProvider shop;
  for (int i = 1; i <= 12; ++i) shop.release("plot", i, {{"array", i + 1}});
  shop.release("array", 1);
  for (int i = 2; i <= 20; ++i) shop.release("array", i, {{"base" + std::to_string(i % 3), 2}});
  for (int i = 0; i < 3; ++i) shop.release("base" + std::to_string(i), 1);
  shop.ask({{"plot"}});
  REQUIRE(shop.solution() == "none");
  INFO(shop.explanation());
  CHECK(shop.last_report.proof.size() > 10);
  CHECK(shop.last_report.sentences.size() < 12);
  CHECK(shop.explanation().find("you ask for plot") != std::string::npos);
  CHECK(shop.explanation().find("more in the same way") != std::string::npos);
}

TEST_CASE("a package that does not exist is one sentence", "[resolve][solver]") {
  FakeProvider shop;
  shop.id("nopkg");
  shop.ask({{"nopkg"}});
  REQUIRE(shop.solution() == "none");
  INFO(shop.explanation());
  CHECK(shop.last_report.sentences.size() == 1);
  CHECK(shop.last_report.advice == std::vector<std::string>{"change or remove `nopkg`"});
}

TEST_CASE("a version that turned out to be unusable says why", "[resolve][solver]") {
  FakeProvider shop;
  shop.release("numpy", 1);
  shop.broken("numpy", 1, "its metadata cannot be read");
  shop.ask({{"numpy"}});
  REQUIRE(shop.solution() == "none");
  INFO(shop.explanation());
  CHECK(shop.explanation().find("cannot be used (its metadata cannot be read)") != std::string::npos);
}

}  // namespace envtool::resolve::solver::test
