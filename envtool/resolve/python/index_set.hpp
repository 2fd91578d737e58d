#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "envtool/project/env_yaml.hpp"
#include "envtool/support/result.hpp"
#include "envtool/support/url.hpp"

namespace envtool::resolve::python {

/// Which indexes are asked for a name. An index with `packages` serves exactly the names that match, and no
/// other index serves those: a package of the course can never come from the public index by its name alone.
/// Other names are asked in the order of env.yaml, the default index last; the first that has the name has it
/// alone.
class IndexSet {
 public:
  struct Index {
    std::string name;
    Url url;  ///< ends with '/'
    std::vector<std::string> packages;
  };
  /// Errors: bad_input with place: a url that is none.
  static Result<IndexSet> of(const std::vector<project::Index>& indexes, const std::string& default_url);

  [[nodiscard]] std::vector<const Index*> serving(std::string_view name) const;

 private:
  std::vector<Index> indexes_;
};

/// Shell pattern over a normalised name: '*' and '?'.
bool glob_match(std::string_view pattern, std::string_view name);

}  // namespace envtool::resolve::python
