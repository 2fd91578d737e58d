#pragma once
// Walks ahead of the solvers: pages of names as soon as they are known, METADATA of the version that would be
// picked. Only a guess, never part of the answer.
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "envtool/resolve/python/catalog.hpp"
#include "envtool/resolve/python/problem.hpp"
#include "envtool/resolve/python/target.hpp"

namespace envtool::resolve::python {

class Prefetch {
 public:
  /// Hooks itself into the catalog, and closes the catalog when it goes.
  Prefetch(Catalog& catalog, const Asked& asked, const std::vector<std::unique_ptr<Target>>& targets);
  ~Prefetch() { catalog_.close(); }
  Prefetch(const Prefetch&) = delete;
  Prefetch& operator=(const Prefetch&) = delete;
  void start();
  /// A package that does not come from an index: what it needs is wanted too.
  void follow_fixed(const pep::Metadata& metadata, const std::vector<std::string>& extras);

 private:
  struct Walk {  ///< per target and name
    std::vector<pep::SpecifierSet> specifiers;
    std::set<std::string> extras;
    std::string expected;  ///< key of the metadata that was asked for last
    bool wanted = false;
  };
  void page_came(const std::shared_ptr<const Page>& page);
  void metadata_came(const std::string& key, const std::shared_ptr<const pep::Metadata>& metadata);
  void require(std::size_t target, const pep::Requirement& requirement);
  /// Ask for the metadata of the best release that meets every specifier seen so far.
  void guess(std::size_t target, const std::string& name, Walk& walk, const Page& page);
  void follow(std::size_t target, const pep::Metadata& metadata, const Walk& walk);

  Catalog& catalog_;
  const Asked& asked_;
  const std::vector<std::unique_ptr<Target>>& targets_;
  std::mutex mutex_;
  std::vector<std::map<std::string, Walk>> walks_;                        ///< by target
  std::map<std::string, std::shared_ptr<const pep::Metadata>> metadata_;  ///< that came, by key
  std::set<std::string> fixed_;
};

}  // namespace envtool::resolve::python
