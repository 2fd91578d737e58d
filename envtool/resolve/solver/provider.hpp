#pragma once
// What the solver asks about packages. It knows neither Python nor network: a provider answers when it can
// (it may wait for a fetch that it started long ago), and says no with a Result.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "envtool/resolve/solver/version_set.hpp"
#include "envtool/support/result.hpp"

namespace envtool::resolve::solver {

/// Interned by the provider, dense from 0. The package that is solved for is `Provider::root()`.
using PackageId = std::uint32_t;

/// One requirement of one version of a package.
struct Dependency {
  PackageId package = 0;
  VersionSet allowed;             ///< over the candidates of `package`, without absent
  std::uint32_t requirement = 0;  ///< the provider's name for the text that a person wrote
};

struct Dependencies {
  std::vector<Dependency> list;
  /// Set when this version cannot be used at all after all (broken metadata …): one clause saying why.
  std::optional<std::string> unavailable;
};

/// Smaller is decided earlier. Packages of one class are decided in the order in which they were first
/// required.
enum class Urgency : std::uint8_t { fixed_source, pinned, ordinary };

class Provider {
 public:
  virtual ~Provider() = default;
  [[nodiscard]] virtual PackageId root() const = 0;
  /// The best usable candidate in `allowed`, none when there is none.
  virtual Result<std::optional<Rank>> choose(PackageId package, const VersionSet& allowed) = 0;
  virtual Result<Dependencies> dependencies(PackageId package, Rank version) = 0;
  [[nodiscard]] virtual Urgency urgency(PackageId package, const VersionSet& allowed) const = 0;
  /// A package that always has the version of another one ("ray[tune]" of "ray") and shares its candidates.
  [[nodiscard]] virtual std::optional<PackageId> base(PackageId package) const = 0;
};

}  // namespace envtool::resolve::solver
