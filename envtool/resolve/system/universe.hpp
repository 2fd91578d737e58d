#pragma once
// Private to resolve/system: which packages the solver is shown. An archive has 60,000; what is asked reaches
// a few hundred of them.
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "envtool/formats/deb/dependency.hpp"
#include "envtool/formats/deb/packages.hpp"
#include "envtool/resolve/system/list_fetch.hpp"

namespace envtool::resolve::system {

struct Candidate {
  deb::PackageEntry entry;
  std::string_view root;  ///< archive URL
};

/// Look-ups over all lists of an archive.
class Lists {
 public:
  explicit Lists(std::span<const OpenList> lists) : lists_(lists) {}
  /// Newest first, one of each version.
  [[nodiscard]] std::vector<Candidate> named(std::string_view name) const;
  /// Packages that provide the name: by priority, then by name, newest first.
  [[nodiscard]] std::vector<Candidate> providing(std::string_view name) const;
  [[nodiscard]] std::set<std::string, std::less<>> essential() const;
  /// Every name, to find the one that was meant.
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  std::span<const OpenList> lists_;
};

/// How much is shown.
enum class Breadth {
  preferred,  ///< one version a name, one alternative a dependency: what apt would take on an empty machine
  all         ///< every version and alternative: only when `preferred` contradicts itself
};

struct Wanted {
  std::vector<std::string> names;                        ///< install these, in this order of choice
  std::map<std::string, std::string, std::less<>> pins;  ///< name → version to keep
};

/// The packages reachable from `wanted`, sorted by name, newest first.
/// Errors: bad_input — a malformed relationship field (names the package).
Result<std::vector<Candidate>> reachable(const Lists& lists, const Wanted& wanted, Breadth breadth);

/// Whether the package of this name and version satisfies the dependency, by name or by what it provides.
bool fulfils(const deb::PackageEntry& entry, const deb::Dependency& dependency);

/// Pre-Depends and Depends. Errors: bad_input, naming the package.
Result<std::vector<deb::Alternatives>> needs_of(const deb::PackageEntry& entry);

}  // namespace envtool::resolve::system
