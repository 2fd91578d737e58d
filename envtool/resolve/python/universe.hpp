#pragma once
#include <map>
#include <memory>
#include <string>

#include "envtool/formats/pep/specifier.hpp"
#include "envtool/resolve/python/page.hpp"
#include "envtool/resolve/solver/version_set.hpp"

namespace envtool::resolve::python {

/// The candidates of one name: every release its page has, usable or not, by rank.
class Universe {
 public:
  explicit Universe(std::shared_ptr<const Page> page, bool fixed_source = false)
      : page_(std::move(page)), fixed_source_(fixed_source) {}
  [[nodiscard]] const Page& page() const { return *page_; }
  [[nodiscard]] std::size_t size() const { return page_->releases.size(); }
  [[nodiscard]] const Release& release(solver::Rank rank) const { return page_->releases[rank]; }
  /// Came by url: the only candidate.
  [[nodiscard]] bool fixed_source() const { return fixed_source_; }
  /// Which candidates the specifiers allow, pre-releases included. Exact, and computed once a text.
  const solver::VersionSet& allowed(const pep::SpecifierSet& specifiers);

 private:
  std::shared_ptr<const Page> page_;
  bool fixed_source_;
  std::map<std::string, solver::VersionSet> allowed_;
};

}  // namespace envtool::resolve::python
