#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "envtool/formats/oci/runtime_spec.hpp"
#include "envtool/support/result.hpp"
#include "envtool/support/unique_fd.hpp"

namespace envtool::runtime::native {

/// The nearest cgroup above ours (or ours) that this user may divide and that hands `controllers` down.
/// Errors: unsupported, with what to do. Source: kernel Documentation/admin-guide/cgroup-v2.rst,
/// "Delegation".
Result<std::filesystem::path> find_delegated_cgroup(const std::vector<std::string>& controllers,
                                                    const std::filesystem::path& root = "/");

/// A cgroup for one container with its limits; removed on destruction unless released.
class Cgroup {
 public:
  Cgroup() = default;
  /// nullopt where the document limits nothing that needs one. Errors: as find_delegated_cgroup; io.
  static Result<std::optional<Cgroup>> make(const oci::RuntimeSpec::Linux::Resources& resources);
  ~Cgroup();
  Cgroup(Cgroup&& other) noexcept;
  Cgroup& operator=(Cgroup&&) = delete;
  [[nodiscard]] int fd() const { return fd_.get(); }
  /// A session's cgroup outlives us.
  void release() { folder_.clear(); }

 private:
  std::filesystem::path folder_;
  UniqueFd fd_;
};

}  // namespace envtool::runtime::native
