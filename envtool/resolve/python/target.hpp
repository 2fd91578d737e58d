#pragma once
// What one platform's image can install.
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "envtool/formats/pep/marker.hpp"
#include "envtool/formats/pep/tags.hpp"
#include "envtool/resolve/python/page.hpp"
#include "envtool/resolve/python/python.hpp"

namespace envtool::resolve::python {

/// Why a release cannot be used here; `none` when it can.
enum class Obstacle : std::uint8_t {
  none,
  too_new,  ///< uploaded after exclude-newer
  python,   ///< Requires-Python
  tags,     ///< no wheel for this platform and Python
  no_hash,  ///< the index gives no sha256
  no_time,  ///< exclude-newer is set and the index gives no upload time
  yanked,
  sdist_only,  ///< and source distributions cannot be built
};

struct Assessment {
  const File* file = nullptr;  ///< the best one, when there is one
  Obstacle obstacle = Obstacle::none;
  const File* example = nullptr;  ///< of what stands in the way
};

/// Rules that hold for all platforms.
struct Policy {
  std::optional<std::int64_t> exclude_newer;
  std::set<std::string> pinned;  ///< "name version" that a person pinned with ==: may be yanked
  bool sdists = false;
};

/// Thread-safe: prefetching and solving ask the same questions.
class Target {
 public:
  /// Errors: bad_input: a Python version or libc that is none.
  static Result<std::unique_ptr<Target>> of(const PythonTarget& target, const Policy& policy);

  /// The file to install of a release, wheels before source distributions.
  [[nodiscard]] Assessment assess(const Page& page, const Release& release) const;
  [[nodiscard]] const pep::MarkerEnvironment& environment() const { return environment_; }
  [[nodiscard]] const PythonTarget& asked() const { return asked_; }
  [[nodiscard]] bool runs_python(std::string_view requires_python) const;

 private:
  Target(PythonTarget asked, const Policy& policy, pep::TagRanks ranks);
  [[nodiscard]] Obstacle obstacle(const File& file, bool may_be_yanked) const;
  PythonTarget asked_;
  const Policy& policy_;
  pep::TagRanks ranks_;
  pep::MarkerEnvironment environment_;
  pep::Version python_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, bool, std::less<>> runs_;
};

}  // namespace envtool::resolve::python
