#include "envtool/resolve/python/universe.hpp"

namespace envtool::resolve::python {

const solver::VersionSet& Universe::allowed(const pep::SpecifierSet& specifiers) {
  auto [entry, added] = allowed_.try_emplace(specifiers.str());
  if (added) {
    entry->second = solver::VersionSet(size());
    for (solver::Rank rank = 0; rank < size(); ++rank)
      if (specifiers.contains(release(rank).version, pep::Prereleases::allow)) entry->second.insert(rank);
  }
  return entry->second;
}

}  // namespace envtool::resolve::python
