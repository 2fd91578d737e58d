#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "envtool/resolve/solver/provider.hpp"

namespace envtool::resolve::solver {

using IncompatibilityId = std::uint32_t;
inline constexpr IncompatibilityId kNoIncompatibility = ~IncompatibilityId{0};

/// "What `package` is in the solution is a member of `set`."
struct Term {
  PackageId package = 0;
  VersionSet set;
  /// A positive term has the package in the solution.
  [[nodiscard]] bool positive() const { return !set.contains_absent(); }
  bool operator==(const Term&) const = default;
};

enum class CauseKind : std::uint8_t {
  root,          ///< the root must be chosen
  dependency,    ///< `package` in `versions` requires `dependency`
  same_version,  ///< a package and its base have one version
  no_version,    ///< nothing usable in the set
  unavailable,   ///< one version turned out to be unusable; `reason`
  derived,       ///< follows from `left` and `right`
};

struct Cause {
  CauseKind kind = CauseKind::root;
  IncompatibilityId left = kNoIncompatibility, right = kNoIncompatibility;
  PackageId package = 0;
  VersionSet versions;
  Dependency dependency;
  std::string reason;
};

/// A set of terms that must not all hold. Sorted by package; a term that always holds is left out.
struct Incompatibility {
  std::vector<Term> terms;
  Cause cause;
  [[nodiscard]] const VersionSet* find(PackageId package) const;
};

/// All incompatibilities of one solve, never moved, named by index.
class Arena {
 public:
  IncompatibilityId add(Incompatibility incompatibility);
  [[nodiscard]] const Incompatibility& operator[](IncompatibilityId id) const { return list_[id]; }
  [[nodiscard]] std::size_t size() const { return list_.size(); }

  IncompatibilityId root(PackageId root, const VersionSet& version);
  IncompatibilityId dependency(PackageId package, const VersionSet& versions, const Dependency& dependency);
  IncompatibilityId same_version(PackageId package, PackageId base, const VersionSet& allowed);
  IncompatibilityId no_version(PackageId package, const VersionSet& allowed);
  IncompatibilityId unavailable(PackageId package, const VersionSet& version, std::string reason);
  /// The rule of resolution on `pivot`: what follows from both.
  IncompatibilityId resolve(IncompatibilityId left, IncompatibilityId right, PackageId pivot);

 private:
  std::deque<Incompatibility> list_;
};

}  // namespace envtool::resolve::solver
