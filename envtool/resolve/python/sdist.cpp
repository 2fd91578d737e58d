#include "envtool/resolve/python/sdist.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "envtool/formats/pep/file_name.hpp"
#include "envtool/formats/pep/record.hpp"
#include "envtool/resolve/python/build_source.hpp"
#include "envtool/resolve/python/remote_zip.hpp"
#include "envtool/resolve/python/sdist_archive.hpp"
#include "envtool/resolve/python/sdist_cache.hpp"
#include "envtool/support/files.hpp"
#include "envtool/support/text.hpp"

namespace envtool::resolve::python {
namespace {

namespace fs = std::filesystem;

/// Runs one hook of PEP 517. argv: backend, colon-separated backend-path, hook. What it returns goes to
/// /build/out/<hook>.txt, one line each.
constexpr const char* kRunHook = R"(
import importlib, os, sys
os.umask(0o022)
backend, path, hook = sys.argv[1:4]
sys.path[:0] = [p for p in path.split(":") if p]
module, _, attributes = backend.partition(":")
target = importlib.import_module(module)
for name in filter(None, attributes.split(".")):
    target = getattr(target, name)
function = getattr(target, hook, None)
if function is None:
    answer = []
elif hook == "build_wheel":
    answer = [function("/build/out")]
else:
    answer = function()
with open(f"/build/out/{hook}.txt", "w") as file:
    file.write("\n".join(answer))
)";

std::string last_lines(const std::string& output, std::size_t count) {
  auto lines = split(trim(output), '\n');
  if (lines.size() > count) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
  std::string text;
  for (auto line : lines) text += "\n    " + std::string(line);
  return text;
}

/// Console scripts of the build requirements (meson, cython) are programs that a backend may start.
Result<void> write_scripts(const fs::path& site, const std::string& python) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(site, error)) {
    auto text = read_file(entry.path() / "entry_points.txt", 1_MiB);
    if (!text) continue;
    ENVTOOL_TRY(const auto points, pep::EntryPoints::parse(*text));
    for (const auto& script : points.console_scripts) {
      ENVTOOL_CHECK(make_directories(site / "bin"));
      const std::string code =
          fmt::format("#!{}\nimport sys\nfrom {} import {}\nsys.exit({}())\n", python, script.module,
                      script.attribute.substr(0, script.attribute.find('.')), script.attribute);
      ENVTOOL_CHECK(write_atomic(site / "bin" / script.name, code, 0755, false));
    }
  }
  return {};
}

}  // namespace

struct SdistWorkshop::Bench {
  fs::path folder;
  BuildRoot root;
  std::string name;       ///< of what is built, for sentences
  std::string directory;  ///< of the project in `source()`
  std::string version;    ///< for back ends that would ask git; may be empty
  [[nodiscard]] fs::path source() const { return folder / "source"; }
  [[nodiscard]] fs::path project() const { return directory.empty() ? source() : source() / directory; }
  [[nodiscard]] fs::path site() const { return folder / "site"; }
  [[nodiscard]] fs::path out() const { return folder / "out"; }
  [[nodiscard]] fs::path wheels() const { return folder / "wheels"; }
  [[nodiscard]] fs::path upper() const { return folder / "upper"; }
};

Result<std::shared_ptr<const BuiltSdist>> SdistWorkshop::build(const File& file, const PythonTarget& target) {
  if (const auto known = added_.find(file.sha256.hex()); known != added_.end())
    return build(known->second, target);
  return build(archive_source(std::string(file.name), std::string(file.url), file.sha256, sources_.client,
                              events_.stop_token()),
               target);
}

Result<std::shared_ptr<const BuiltSdist>> SdistWorkshop::build(const BuildSource& source,
                                                               const PythonTarget& target) {
  if (!open())
    return fail(Code::unsupported, source.name + " has to be built, and nothing here can build it");
  const Platform host = Platform::host();
  auto here = std::find_if(problem_.targets.begin(), problem_.targets.end(),
                           [&](const PythonTarget& other) { return other.platform == host; });
  const bool foreign = target.platform != host;
  if (foreign && here == problem_.targets.end())
    return fail(Code::unsupported,
                fmt::format("{} has to be built on {}, and this machine is {}", source.name,
                            target.platform.str(), host.str()),
                "run `env lock` on such a machine, or leave the platform out of env.yaml");
  auto& slot = built_[source.identity.hex()];
  if (!slot) {
    ENVTOOL_TRY(slot, build_here(source, foreign ? *here : target));
  }
  const auto fields = pep::split_wheel_name(slot->wheel_name);
  if (foreign && (!fields || fields->platforms != "any"))
    return fail(
        Code::unsupported,
        fmt::format("{} contains native code and has no wheel for {}", source.name, target.platform.str()),
        "leave that platform out of env.yaml, or ask for a version that has wheels");
  return slot;
}

Result<std::shared_ptr<const BuiltSdist>> SdistWorkshop::build_here(const BuildSource& source,
                                                                    const PythonTarget& target) {
  ENVTOOL_TRY(auto root, sources_.sdist.root(target.platform));
  const auto kept = kept_path(source, target, root);
  if (auto text = kept.empty() ? std::string{} : read_file(kept, 16_MiB).value_or(""); !text.empty())
    if (auto built = parse_built(text); built && sources_.store->has_blob(built->wheel.sha256))
      return std::make_shared<const BuiltSdist>(std::move(*built));
  events_.note(fmt::format("building {} (it has no wheel)", source.name));
  std::string metadata;
  ENVTOOL_TRY(auto built, make(source, target, std::move(root), nullptr, metadata));
  // A cache that cannot be written is only slower.
  if (!kept.empty() && make_directories(kept.parent_path()))
    (void)write_atomic(kept, render_built(*built, metadata));
  return built;
}

Result<std::shared_ptr<const BuiltSdist>> SdistWorkshop::rebuild(const BuildSource& source,
                                                                 const Pinned& pins,
                                                                 const PythonTarget& target) {
  if (!open())
    return fail(Code::unsupported, source.name + " has to be built, and nothing here can build it");
  ENVTOOL_TRY(auto root, sources_.sdist.root(target.platform));
  events_.note(fmt::format("building {} as env.lock pins it", source.name));
  std::string metadata;
  return make(source, target, std::move(root), &pins, metadata);
}

/// With `pins` nothing is resolved: the same steps with the pinned requirements.
Result<std::shared_ptr<const BuiltSdist>> SdistWorkshop::make(const BuildSource& source,
                                                              const PythonTarget& target, BuildRoot root,
                                                              const Pinned* pins, std::string& metadata) {
  ENVTOOL_TRY(const fs::path folder, sources_.store->make_temporary());
  Bench bench{.folder = folder,
              .root = std::move(root),
              .name = source.name,
              .directory = source.directory,
              .version = {}};
  const auto work = [&]() -> Result<std::shared_ptr<const BuiltSdist>> {
    for (const auto& path : {bench.site(), bench.out(), bench.wheels(), bench.upper(),
                             fs::path(bench.upper().string() + ".work")})
      ENVTOOL_CHECK(make_directories(path));
    ENVTOOL_CHECK(source.unpack(bench.wheels(), bench.source()));
    if (source.version) bench.version = source.version();
    ENVTOOL_CHECK(settle_tree(bench.source()));
    PyProject project;
    if (auto text = read_file(bench.project() / "pyproject.toml", 4_MiB)) {
      ENVTOOL_TRY(project, PyProject::parse(*text, bench.name + ": pyproject.toml"));
    }
    std::vector<std::string> texts = project.build.requirements;
    std::vector<project::LockedPackage> needed;
    if (pins != nullptr) needed = *pins;
    else {
      ENVTOOL_TRY(needed, requirements(texts, target));
    }
    ENVTOOL_CHECK(install(needed, bench));
    ENVTOOL_TRY(const std::string more, run_hook(bench, project.build, "get_requires_for_build_wheel"));
    const std::size_t before = texts.size();
    for (auto line : split(more, '\n'))
      if (!trim(line).empty()) texts.emplace_back(trim(line));
    if (pins == nullptr && texts.size() > before) {
      ENVTOOL_TRY(needed, requirements(texts, target));
      ENVTOOL_CHECK(install(needed, bench));
    }
    ENVTOOL_CHECK(run_hook(bench, project.build, "build_wheel"));
    return collect(bench, std::move(needed), metadata);
  };
  auto built = work();
  (void)remove_tree(folder);
  if (!built) return fail(std::move(built).error().in("while building " + bench.name));
  return built;
}

Result<std::vector<project::LockedPackage>> SdistWorkshop::requirements(const std::vector<std::string>& texts,
                                                                        const PythonTarget& target) {
  PythonProblem problem;
  for (const std::string& text : texts) problem.packages.push_back({text, {}});
  problem.indexes = problem_.indexes;
  problem.exclude_newer = problem_.exclude_newer;
  problem.project = problem_.project;
  problem.targets.push_back({target.platform, target.python, target.libc, {}});
  // Build requirements come as wheels: a build that needs builds has no end.
  PythonSources sources{.client = sources_.client,
                        .store = sources_.store,
                        .cache = sources_.cache,
                        .default_index = sources_.default_index,
                        .sdist = {},
                        .index_time_to_live = sources_.index_time_to_live};
  ENVTOOL_TRY(auto solution, resolve_python(problem, sources, events_));
  return std::move(solution.packages.front());
}

Result<void> SdistWorkshop::install(const std::vector<project::LockedPackage>& packages, const Bench& bench) {
  ENVTOOL_CHECK(remove_tree(bench.site()));
  ENVTOOL_CHECK(make_directories(bench.site()));
  for (const auto& package : packages) {
    const auto* wheel = std::get_if<project::LockedWheel>(&package.source);
    if (wheel == nullptr) continue;
    ENVTOOL_TRY(Url url, Url::parse(wheel->artifact.url));
    const fs::path path = bench.wheels() / url.filename();
    if (!fs::exists(path))
      ENVTOOL_CHECK(sources_.client.download({.sources = {std::move(url)},
                                              .to = path,
                                              .sha256 = wheel->artifact.sha256,
                                              .size = {},
                                              .on_bytes = {}},
                                             events_.stop_token()));
    ENVTOOL_CHECK(unpack_for_import(path, bench.site()));
  }
  return write_scripts(bench.site(), bench.root.executable);
}

Result<std::string> SdistWorkshop::run_hook(const Bench& bench, const BuildSystem& build,
                                            std::string_view hook) {
  BuildStep step;
  step.lower = bench.root.lowers;
  step.upper = bench.upper();
  step.binds = {{bench.source(), "/build/source", false},
                {bench.site(), "/build/site", true},
                {bench.out(), "/build/out", false}};
  step.argv = {bench.root.executable, "-c", kRunHook, build.backend, join(build.backend_path, ":"),
               std::string(hook)};
  // What a build can see is fixed, so that the same archive gives the same wheel.
  step.env = {{"PATH", "/build/site/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
              {"HOME", "/tmp"},
              {"LC_ALL", "C.UTF-8"},
              {"TZ", "UTC"},
              {"PYTHONPATH", "/build/site"},
              {"PYTHONNOUSERSITE", "1"},
              {"PYTHONDONTWRITEBYTECODE", "1"},
              {"PYTHONHASHSEED", "0"},
              {"SOURCE_DATE_EPOCH", "315532800"}};
  if (!bench.version.empty())
    for (const char* name : {"SETUPTOOLS_SCM_PRETEND_VERSION", "PDM_BUILD_SCM_VERSION", "PBR_VERSION"})
      step.env.emplace_back(name, bench.version);
  step.cwd = fs::path("/build/source") / bench.directory;
  ENVTOOL_TRY(const auto outcome, sources_.sdist.executor->run(step));
  if (outcome.exit_code != 0)
    return fail(Code::bad_input,
                fmt::format("{} of {} failed with exit code {}:{}", hook, bench.name, outcome.exit_code,
                            last_lines(outcome.output, 15)),
                "if a compiler or a library is missing, add it under `system` in env.yaml (build-essential, "
                "python3-dev …), or ask for a version that has wheels");
  return read_file(bench.out() / (std::string(hook) + ".txt"), 1_MiB);
}

Result<std::shared_ptr<const BuiltSdist>> SdistWorkshop::collect(
    const Bench& bench, std::vector<project::LockedPackage> requirements, std::string& metadata_text) {
  ENVTOOL_TRY(const std::string name, read_file(bench.out() / "build_wheel.txt", 1_MiB));
  if (name.find('/') != std::string::npos || !pep::split_wheel_name(name))
    return fail(Code::bad_input,
                fmt::format("the build of {} gave '{}', which is no wheel", bench.name, name));
  ENVTOOL_TRY(const std::string bytes, read_file(bench.out() / name));
  ENVTOOL_TRY(metadata_text, RemoteMetadata::of_whole(name, bytes));
  ENVTOOL_TRY(auto metadata, pep::Metadata::parse(metadata_text));
  ENVTOOL_TRY(const Digest digest, sources_.store->put_blob(bytes));
  auto built = std::make_shared<BuiltSdist>();
  built->wheel = {.url = "", .sha256 = digest, .size = {bytes.size()}};
  built->wheel_name = name;
  built->build_requires = std::move(requirements);
  built->metadata = std::make_shared<const pep::Metadata>(std::move(metadata));
  return std::shared_ptr<const BuiltSdist>(std::move(built));
}

/// The same source for the same Python in the same base is built once for all projects. The base's trees are
/// named by what is in them; a wheel made in another one could differ from what the lock's own base gives.
std::filesystem::path SdistWorkshop::kept_path(const BuildSource& source, const PythonTarget& target,
                                               const BuildRoot& root) const {
  if (sources_.cache.empty()) return {};
  std::string trees;
  for (const fs::path& tree : root.lowers)
    trees += tree.lexically_relative(sources_.store->folder()).native() + "\n";
  return sources_.cache / "built" /
         fmt::format("{}-{}-{}-{}.json", source.identity.hex(), target.python, target.platform.architecture,
                     Digest::of(trees).hex().substr(0, 16));
}

}  // namespace envtool::resolve::python
