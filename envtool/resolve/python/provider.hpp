#pragma once
// Python's rules as a solver::Provider, for one platform.
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "envtool/resolve/python/catalog.hpp"
#include "envtool/resolve/python/problem.hpp"
#include "envtool/resolve/python/target.hpp"
#include "envtool/resolve/python/universe.hpp"
#include "envtool/resolve/solver/provider.hpp"

namespace envtool::resolve::python {

/// A package that comes from a url instead of an index: one release with one file.
using FixedSources = std::map<std::string, std::shared_ptr<const Page>>;

class PythonProvider : public solver::Provider {
 public:
  /// `prefer`: versions that another platform chose, tried after this platform's own pins.
  PythonProvider(Catalog& catalog, const Asked& asked, const Target& target, const FixedSources& fixed,
                 std::map<std::string, std::string> prefer);

  [[nodiscard]] solver::PackageId root() const override { return 0; }
  Result<std::optional<solver::Rank>> choose(solver::PackageId package,
                                             const solver::VersionSet& allowed) override;
  Result<solver::Dependencies> dependencies(solver::PackageId package, solver::Rank version) override;
  [[nodiscard]] solver::Urgency urgency(solver::PackageId package,
                                        const solver::VersionSet& allowed) const override;
  [[nodiscard]] std::optional<solver::PackageId> base(solver::PackageId package) const override;

  /// Set where source distributions can be built: asked for those whose metadata is not static.
  std::function<Result<std::shared_ptr<const pep::Metadata>>(const File&)> build_metadata;

  /// A package of the solution space: a name, or a name with one extra.
  struct Package {
    std::string name;
    std::string extra;
    solver::PackageId base = 0;
    Universe* universe = nullptr;
  };
  enum class Origin : std::uint8_t { asked, constraint, package, own_extra };
  struct Requirement {
    std::string text;
    Origin origin = Origin::package;
    const project::Placed* written = nullptr;
    std::string from;  ///< "you", "your constraints", "your overrides", or empty for a package
  };
  [[nodiscard]] const Package& package(solver::PackageId id) const { return packages_[id]; }
  [[nodiscard]] const Requirement& requirement(std::uint32_t id) const { return requirements_[id]; }
  [[nodiscard]] const Target& target() const { return target_; }
  [[nodiscard]] Assessment assess(solver::PackageId package, solver::Rank rank) const;
  /// What a chosen version needs: normalised names, sorted.
  Result<std::vector<std::string>> needed_names(const std::string& name, const File& file,
                                                const std::set<std::string>& extras);
  /// Sentences about the index that a person should read ("ray has no extra 'tunes'").
  [[nodiscard]] const std::set<std::string>& remarks() const { return remarks_; }

 private:
  void fetch_ahead(solver::PackageId package, const solver::VersionSet& allowed);
  Result<void> add_asked(solver::Dependencies& into);
  Result<void> add_metadata(const Package& package, solver::Rank version, solver::Dependencies& into);
  Result<void> add(const pep::Requirement& wanted, Requirement text, solver::Dependencies& into);
  Result<void> add_constraints(const std::string& name, solver::PackageId id, Universe& universe,
                               solver::Dependencies& into);
  Result<std::shared_ptr<const pep::Metadata>> metadata(const File& file);
  Result<Universe*> universe(const std::string& name);
  solver::PackageId intern(const std::string& name, const std::string& extra, Universe* universe);
  std::uint32_t intern(Requirement requirement);
  [[nodiscard]] std::optional<solver::Rank> preferred(const Package& package,
                                                      const solver::VersionSet& allowed) const;
  [[nodiscard]] std::vector<const pep::Requirement*> applicable(const pep::Metadata& metadata,
                                                                const std::string& extra) const;

  Catalog& catalog_;
  const Asked& asked_;
  const Target& target_;
  const FixedSources& fixed_;
  std::map<std::string, std::string> prefer_;
  std::map<std::string, std::unique_ptr<Universe>> universes_;
  std::vector<Package> packages_;
  std::map<std::pair<std::string, std::string>, solver::PackageId> package_ids_;
  std::vector<Requirement> requirements_;
  std::map<std::pair<std::string, std::string>, std::uint32_t> requirement_ids_;
  struct Tried {
    std::uint32_t count = 0;
    std::optional<solver::Rank> reached;  ///< down to here metadata is on its way
  };
  std::map<solver::PackageId, Tried> tried_;
  std::set<std::string> remarks_;
};

}  // namespace envtool::resolve::python
