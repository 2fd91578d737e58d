#pragma once
// Source distributions: built by PEP 517 in a container of the base, without network, with build requirements
// that are resolved and pinned like everything else.
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "envtool/formats/pep/metadata.hpp"
#include "envtool/resolve/python/build_source.hpp"
#include "envtool/resolve/python/page.hpp"
#include "envtool/resolve/python/pyproject.hpp"
#include "envtool/resolve/python/python.hpp"

namespace envtool::resolve::python {

struct BuiltSdist {
  project::Artifact wheel;  ///< without url; the blob is in the store
  std::string wheel_name;
  std::vector<project::LockedPackage> build_requires;
  std::shared_ptr<const pep::Metadata> metadata;
};

class SdistWorkshop {
 public:
  SdistWorkshop(const PythonProblem& problem, PythonSources& sources, Events& events)
      : problem_(problem), sources_(sources), events_(events) {}
  [[nodiscard]] bool open() const { return sources_.sdist.executor != nullptr && sources_.store != nullptr; }

  /// Built once for each source and base. A platform other than this machine's gets the wheel that was built
  /// here when it is pure Python.
  /// Errors: unsupported (no executor, another platform's native code), bad_input (the build failed; its last
  /// lines), and those of resolving and fetching the build requirements.
  Result<std::shared_ptr<const BuiltSdist>> build(const File& file, const PythonTarget& target);
  Result<std::shared_ptr<const BuiltSdist>> build(const BuildSource& source, const PythonTarget& target);
  /// From now on a file of this sha256 stands for `source`.
  void add(const BuildSource& source) { added_.insert_or_assign(source.identity.hex(), source); }

  /// Build with these requirements and no others, whatever has been kept.
  using Pinned = std::vector<project::LockedPackage>;
  Result<std::shared_ptr<const BuiltSdist>> rebuild(const BuildSource& source, const Pinned& pins,
                                                    const PythonTarget& target);

 private:
  struct Bench;  ///< the folders of one build
  Result<std::shared_ptr<const BuiltSdist>> build_here(const BuildSource& source, const PythonTarget& target);
  Result<std::shared_ptr<const BuiltSdist>> make(const BuildSource& source, const PythonTarget& target,
                                                 BuildRoot root, const Pinned* pins, std::string& metadata);
  Result<std::vector<project::LockedPackage>> requirements(const std::vector<std::string>& texts,
                                                           const PythonTarget& target);
  Result<void> install(const std::vector<project::LockedPackage>& packages, const Bench& bench);
  Result<std::string> run_hook(const Bench& bench, const BuildSystem& build, std::string_view hook);
  Result<std::shared_ptr<const BuiltSdist>> collect(const Bench& bench,
                                                    std::vector<project::LockedPackage> requirements,
                                                    std::string& metadata_text);
  [[nodiscard]] std::filesystem::path kept_path(const BuildSource& source, const PythonTarget& target,
                                                const BuildRoot& root) const;

  const PythonProblem& problem_;
  PythonSources& sources_;
  Events& events_;
  std::map<std::string, std::shared_ptr<const BuiltSdist>> built_;  ///< by the source's identity
  std::map<std::string, BuildSource> added_;
};

}  // namespace envtool::resolve::python
