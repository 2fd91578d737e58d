#include "envtool/resolve/system/solve.hpp"

#include <algorithm>
#include <map>
#include <memory>

#include "envtool/resolve/system/libsolv.hpp"
#include "envtool/resolve/system/solve_report.hpp"

namespace envtool::resolve::system {
namespace {

struct FreePool {
  void operator()(Pool* pool) const { pool_free(pool); }
};
struct FreeSolver {
  void operator()(Solver* solver) const { solver_free(solver); }
};
struct Ids : Queue {
  Ids() { queue_init(this); }
  ~Ids() { queue_free(this); }
  Ids(const Ids&) = delete;
  Ids& operator=(const Ids&) = delete;
};

Id id_of(Pool* pool, std::string_view text) {
  return pool_strn2id(pool, text.data(), static_cast<unsigned>(text.size()), 1);
}

int flags_of(deb::Relation relation) {
  switch (relation) {
    case deb::Relation::less:
      return REL_LT;
    case deb::Relation::less_equal:
      return REL_LT | REL_EQ;
    case deb::Relation::equal:
      return REL_EQ;
    case deb::Relation::greater_equal:
      return REL_GT | REL_EQ;
    case deb::Relation::greater:
      return REL_GT;
    case deb::Relation::any:
      break;
  }
  return 0;
}

Id id_of(Pool* pool, const deb::Dependency& one, std::string_view architecture) {
  auto name = std::string(one.name);
  // Another architecture's package is not here: a name that nothing has.
  const bool own = one.architecture.empty() || one.architecture == "any" || one.architecture == "native" ||
                   one.architecture == architecture;
  if (!own) name += ":" + std::string(one.architecture);
  const Id id = id_of(pool, name);
  if (one.relation == deb::Relation::any) return id;
  return pool_rel2id(pool, id, id_of(pool, one.version), flags_of(one.relation), 1);
}

Id id_of(Pool* pool, const deb::Alternatives& group, std::string_view architecture) {
  Id joined = 0;
  for (auto one = group.rbegin(); one != group.rend(); ++one) {
    const Id id = id_of(pool, *one, architecture);
    joined = joined == 0 ? id : pool_rel2id(pool, id, joined, REL_OR, 1);
  }
  return joined;
}

Result<std::vector<deb::Alternatives>> parse_field(const deb::PackageEntry& entry, std::string_view field) {
  auto groups = deb::parse_dependencies(field);
  if (!groups) return fail(std::move(groups).error().in("while reading package " + std::string(entry.name)));
  return groups;
}

Result<void> add(Repo* repo, const Candidate& candidate, std::string_view architecture) {
  Pool* pool = repo->pool;
  const auto& entry = candidate.entry;
  ENVTOOL_TRY(const auto needs, needs_of(entry));
  ENVTOOL_TRY(const auto provides, parse_field(entry, entry.provides));
  Solvable* solvable = pool_id2solvable(pool, repo_add_solvable(repo));
  solvable->name = id_of(pool, entry.name);
  solvable->evr = id_of(pool, entry.version);
  solvable->arch = id_of(pool, entry.architecture);
  for (const auto& group : needs)
    solvable->requires_ = repo_addid_dep(repo, solvable->requires_, id_of(pool, group, architecture), 0);
  for (const auto field : {entry.conflicts, entry.breaks}) {
    ENVTOOL_TRY(const auto against, parse_field(entry, field));
    for (const auto& group : against) {
      solvable->conflicts = repo_addid_dep(repo, solvable->conflicts, id_of(pool, group, architecture), 0);
    }
  }
  for (const auto& group : provides) {
    solvable->provides = repo_addid_dep(repo, solvable->provides, id_of(pool, group, architecture), 0);
  }
  const Id self = pool_rel2id(pool, solvable->name, solvable->evr, REL_EQ, 1);
  solvable->provides = repo_addid_dep(repo, solvable->provides, self, 0);
  return {};
}

}  // namespace

Result<std::vector<Candidate>> solve(const std::vector<Candidate>& shown, const Install& install) {
  const std::unique_ptr<Pool, FreePool> pool(pool_create());
  pool_setdisttype(pool.get(), DISTTYPE_DEB);
  Repo* repo = repo_create(pool.get(), "archive");
  std::string_view architecture = "all";
  for (const auto& candidate : shown) {
    if (candidate.entry.architecture != "all") architecture = candidate.entry.architecture;
  }
  const Id first = pool->nsolvables;
  for (const auto& candidate : shown) ENVTOOL_CHECK(add(repo, candidate, architecture));
  pool_createwhatprovides(pool.get());

  Ids jobs;
  for (const auto& name : install.names) {
    queue_push2(&jobs, SOLVER_INSTALL | SOLVER_SOLVABLE_NAME, id_of(pool.get(), name));
  }
  for (const auto& [name, version] : install.exactly) {
    const Id id = pool_rel2id(pool.get(), id_of(pool.get(), name), id_of(pool.get(), version), REL_EQ, 1);
    queue_push2(&jobs, SOLVER_INSTALL | SOLVER_SOLVABLE_NAME, id);
  }
  const std::unique_ptr<Solver, FreeSolver> solver(solver_create(pool.get()));
  solver_set_flag(solver.get(), SOLVER_FLAG_IGNORE_RECOMMENDED, 1);
  if (solver_solve(solver.get(), &jobs) != 0) {
    return fail(Code::unsatisfiable,
                "the system packages cannot be installed together: " + explain(solver.get()));
  }
  Ids decisions;
  solver_get_decisionqueue(solver.get(), &decisions);
  std::vector<Candidate> chosen;
  for (int i = 0; i < decisions.count; ++i) {
    const Id id = decisions.elements[i];
    if (id >= first && static_cast<std::size_t>(id - first) < shown.size()) {
      chosen.push_back(shown[static_cast<std::size_t>(id - first)]);
    }
  }
  std::sort(chosen.begin(), chosen.end(),
            [](const Candidate& a, const Candidate& b) { return a.entry.name < b.entry.name; });
  return chosen;
}

}  // namespace envtool::resolve::system
