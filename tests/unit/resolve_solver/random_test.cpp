#include <catch2/catch.hpp>
#include <functional>
#include <random>

#include "fake_provider.hpp"

namespace envtool::resolve::solver::test {
namespace {

constexpr int kPackages = 5, kVersions = 3;
struct Universe {
  std::map<std::pair<int, int>, std::vector<Need>> needs;
  std::vector<Need> asked;
};

std::string package_name(int package) { return "p" + std::to_string(package); }

Universe make(std::mt19937& random) {
  auto need = [&] {
    int from = static_cast<int>(random() % kVersions);
    return Need{package_name(static_cast<int>(random() % kPackages)), from,
                from + 1 + static_cast<int>(random() % kVersions)};
  };
  Universe universe;
  for (int p = 0; p < kPackages; ++p)
    for (int v = 0; v < kVersions; ++v)
      for (auto n = random() % 3; n > 0; --n) universe.needs[{p, v}].push_back(need());
  for (int n = 0; n < 3; ++n) universe.asked.push_back(need());
  return universe;
}

/// Whether any choice of versions (-1: absent) meets every requirement.
bool satisfiable(const Universe& universe) {
  std::vector<int> pick(kPackages, -1);
  auto met = [&](const Need& need) {
    int version = pick[static_cast<std::size_t>(need.package[1] - '0')];
    return version >= need.from && version < need.below;
  };
  auto all_met = [&](const std::vector<Need>& needs) { return std::all_of(needs.begin(), needs.end(), met); };
  std::function<bool(int)> search = [&](int package) {
    if (package == kPackages) {
      for (int p = 0; p < kPackages; ++p) {
        auto found = universe.needs.find({p, pick[static_cast<std::size_t>(p)]});
        if (found != universe.needs.end() && !all_met(found->second)) return false;
      }
      return all_met(universe.asked);
    }
    for (int version = -1; version < kVersions; ++version) {
      pick[static_cast<std::size_t>(package)] = version;
      if (search(package + 1)) return true;
    }
    return false;
  };
  return search(0);
}

}  // namespace

TEST_CASE("the solver finds a solution exactly when trying everything finds one", "[resolve][solver]") {
  std::mt19937 random(20260901);
  int solved = 0, failed = 0;
  for (int round = 0; round < 400; ++round) {
    const Universe universe = make(random);
    FakeProvider shop;
    for (int p = 0; p < kPackages; ++p)
      for (int v = 0; v < kVersions; ++v) {
        auto found = universe.needs.find({p, v});
        shop.release(package_name(p), v, found == universe.needs.end() ? std::vector<Need>{} : found->second);
      }
    shop.ask(universe.asked);
    const std::string solution = shop.solution();
    CAPTURE(round, solution);
    CHECK((solution != "none") == satisfiable(universe));
    ++(solution == "none" ? failed : solved);
  }
  // Both outcomes have to occur for the test to say anything.
  CHECK(solved > 50);
  CHECK(failed > 50);
}

}  // namespace envtool::resolve::solver::test
