#include "envtool/resolve/solver/incompatibility.hpp"

#include <algorithm>
#include <utility>

namespace envtool::resolve::solver {

const VersionSet* Incompatibility::find(PackageId package) const {
  for (const Term& term : terms)
    if (term.package == package) return &term.set;
  return nullptr;
}

IncompatibilityId Arena::add(Incompatibility incompatibility) {
  auto& terms = incompatibility.terms;
  std::erase_if(terms, [](const Term& term) { return term.set.everything(); });
  std::sort(terms.begin(), terms.end(), [](const Term& a, const Term& b) { return a.package < b.package; });
  list_.push_back(std::move(incompatibility));
  return static_cast<IncompatibilityId>(list_.size() - 1);
}

IncompatibilityId Arena::root(PackageId root, const VersionSet& version) {
  Incompatibility made;
  made.terms.push_back({root, version.complement()});
  made.cause.kind = CauseKind::root;
  made.cause.package = root;
  return add(std::move(made));
}

IncompatibilityId Arena::dependency(PackageId package, const VersionSet& versions,
                                    const Dependency& dependency) {
  Incompatibility made;
  made.cause.kind = CauseKind::dependency;
  made.cause.package = package;
  made.cause.versions = versions;
  made.cause.dependency = dependency;
  if (dependency.package == package) {
    // A version that requires other versions of itself can never be chosen.
    made.terms.push_back({package, versions & dependency.allowed.complement()});
  } else {
    made.terms.push_back({package, versions});
    made.terms.push_back({dependency.package, dependency.allowed.complement()});
  }
  return add(std::move(made));
}

IncompatibilityId Arena::same_version(PackageId package, PackageId base, const VersionSet& allowed) {
  Incompatibility made;
  made.terms.push_back({package, allowed});
  made.terms.push_back({base, allowed.complement()});
  made.cause.kind = CauseKind::same_version;
  made.cause.package = package;
  made.cause.versions = allowed;
  made.cause.dependency.package = base;
  made.cause.dependency.allowed = allowed;
  return add(std::move(made));
}

IncompatibilityId Arena::no_version(PackageId package, const VersionSet& allowed) {
  Incompatibility made;
  made.terms.push_back({package, allowed});
  made.cause.kind = CauseKind::no_version;
  made.cause.package = package;
  made.cause.versions = allowed;
  return add(std::move(made));
}

IncompatibilityId Arena::unavailable(PackageId package, const VersionSet& version, std::string reason) {
  Incompatibility made;
  made.terms.push_back({package, version});
  made.cause.kind = CauseKind::unavailable;
  made.cause.package = package;
  made.cause.versions = version;
  made.cause.reason = std::move(reason);
  return add(std::move(made));
}

IncompatibilityId Arena::resolve(IncompatibilityId left, IncompatibilityId right, PackageId pivot) {
  Incompatibility made;
  made.cause.kind = CauseKind::derived;
  made.cause.left = left;
  made.cause.right = right;
  made.terms = list_[left].terms;
  for (const Term& term : list_[right].terms) {
    auto same = std::find_if(made.terms.begin(), made.terms.end(),
                             [&](const Term& other) { return other.package == term.package; });
    if (same == made.terms.end()) made.terms.push_back(term);
    else if (term.package == pivot) same->set |= term.set;
    else same->set &= term.set;
  }
  return add(std::move(made));
}

}  // namespace envtool::resolve::solver
