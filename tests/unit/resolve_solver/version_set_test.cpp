#include "envtool/resolve/solver/version_set.hpp"

#include <catch2/catch.hpp>

namespace envtool::resolve::solver {

TEST_CASE("a version set and its complement share nothing and cover everything", "[resolve][solver]") {
  for (std::size_t n : {0U, 1U, 62U, 63U, 64U, 65U, 200U}) {
    VersionSet set(n);
    for (Rank i = 0; i < n; i += 3) set.insert(i);
    CHECK(set.disjoint(set.complement()));
    CHECK((set | set.complement()).everything());
    CHECK(set.complement().contains_absent());
    CHECK(set.complement().complement() == set);
  }
}

TEST_CASE("the highest member and those below it come in falling order", "[resolve][solver]") {
  VersionSet set(130);
  for (Rank rank : {0U, 62U, 63U, 64U, 129U}) set.insert(rank);
  set.insert_absent();
  std::vector<Rank> seen;
  for (auto rank = set.highest(); rank; rank = set.below(*rank)) seen.push_back(*rank);
  CHECK(seen == std::vector<Rank>{129, 64, 63, 62, 0});
}

TEST_CASE("absent is no version", "[resolve][solver]") {
  VersionSet only_absent(5);
  only_absent.insert_absent();
  CHECK_FALSE(only_absent.highest().has_value());
  CHECK_FALSE(only_absent.empty());
  CHECK(only_absent.present().empty());
  CHECK(VersionSet::any(5).complement() == only_absent);
}

}  // namespace envtool::resolve::solver
