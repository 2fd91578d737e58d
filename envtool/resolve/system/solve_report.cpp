#include "envtool/resolve/system/solve_report.hpp"

#include <algorithm>
#include <vector>

#include "envtool/resolve/system/libsolv.hpp"
#include "envtool/support/text.hpp"

namespace envtool::resolve::system {
namespace {

std::string package(Pool* pool, Id id) {
  if (id == 0) return "something";
  const Solvable* solvable = pool_id2solvable(pool, id);
  return std::string(pool_id2str(pool, solvable->name)) + " " + pool_id2str(pool, solvable->evr);
}

/// "libc6 >= 2.36" as libsolv writes it.
std::string wanted(Pool* pool, Id dependency) {
  return dependency == 0 ? std::string("it") : pool_dep2str(pool, dependency);
}

/// Empty for rules that explain nothing to a person.
std::string sentence(Solver* solver, Id rule) {
  Pool* pool = solver->pool;
  Id source = 0, target = 0, dependency = 0;
  switch (solver_ruleinfo(solver, rule, &source, &target, &dependency)) {
    case SOLVER_RULE_PKG_NOTHING_PROVIDES_DEP:
      return package(pool, source) + " needs " + wanted(pool, dependency) +
             ", which the archive does not have";
    case SOLVER_RULE_PKG_REQUIRES:
      return package(pool, source) + " needs " + wanted(pool, dependency);
    case SOLVER_RULE_PKG_CONFLICTS:
      return package(pool, source) + " conflicts with " + package(pool, target);
    case SOLVER_RULE_PKG_SAME_NAME:
      return "only one of " + package(pool, source) + " and " + package(pool, target) + " can be installed";
    case SOLVER_RULE_JOB:
      return wanted(pool, dependency) + " is asked for";
    case SOLVER_RULE_JOB_NOTHING_PROVIDES_DEP:
      return "the archive has no " + wanted(pool, dependency);
    default:
      return {};
  }
}

}  // namespace

std::string explain(Solver* solver) {
  Queue rules;
  queue_init(&rules);
  solver_findallproblemrules(solver, 1, &rules);
  std::vector<std::string> sentences;
  for (int i = 0; i < rules.count && sentences.size() < 6; ++i) {
    auto one = sentence(solver, rules.elements[i]);
    if (!one.empty() && std::find(sentences.begin(), sentences.end(), one) == sentences.end())
      sentences.push_back(std::move(one));
  }
  queue_free(&rules);
  return sentences.empty() ? std::string("they contradict each other") : enumerate(sentences);
}

}  // namespace envtool::resolve::system
