// Requirements that name a commit, up to where a container would have to run; and wheels that are built
// again.
#include <catch2/catch.hpp>

#include "envtool/resolve/python/build_source.hpp"
#include "envtool/resolve/python/scm_version.hpp"
#include "fake_index.hpp"
#include "tests/unit/vcs/origin.hpp"

namespace envtool::resolve::python::test {
namespace {

const char* const kProject =
    "[build-system]\nrequires = ['maker']\nbuild-backend = 'maker'\n"
    "[project]\nname = 'My.Lib'\nversion = '1.2'\ndependencies = ['six']\n";

/// Stands for the container: puts a wheel where the build would, and remembers what it was shown.
struct FakeExecutor : Executor {
  Result<BuildStepOutcome> run(const BuildStep& step) override {
    cwd = step.cwd;
    for (const auto& [name, value] : step.env)
      if (name == "SETUPTOOLS_SCM_PRETEND_VERSION") version = value;
    const auto& hook = step.argv.back();
    const auto out = step.binds[2].source;
    std::string answer;
    if (hook == "build_wheel") {
      answer = "my_lib-1.2-py3-none-any.whl";
      ++builds;
      doubles::ZipBuilder zip;
      zip.add("my_lib.py", content);
      zip.add("my_lib-1.2.dist-info/METADATA",
              "Metadata-Version: 2.1\nName: my-lib\nVersion: 1.2\nRequires-Dist: six\n\n");
      ENVTOOL_CHECK(write_atomic(out / answer, zip.build()));
    }
    ENVTOOL_CHECK(write_atomic(out / (hook + ".txt"), answer));
    return BuildStepOutcome{exit_code, "no compiler here\n"};
  }
  std::string content = "x = 1\n";
  std::filesystem::path cwd;
  std::string version;
  int builds = 0, exit_code = 0;
};

/// A machine: a store, a cache and a way to build.
struct Machine {
  Machine() : store(store::Store::open(scratch.path / "store").value()) {}
  PythonSources sources(FakeIndex& index) {
    return {.client = client,
            .store = &store,
            .cache = scratch.path / "cache",
            .default_index = index.url(),
            .sdist = {.executor = &executor, .root = [this](const Platform&) -> Result<BuildRoot> {
                        return BuildRoot{.lowers = {scratch.path / "store/base"},
                                         .executable = "/usr/bin/python3"};
                      }}};
  }
  Scratch scratch;
  net::Client client{net::Options{}};
  store::Store store;
  FakeExecutor executor;
  HeardEvents events;
};

PythonTarget host_target() { return {Platform::host(), "3.11.2", "glibc 2.36", {}}; }

Result<project::LockedPackage> lock_on(Machine& machine, FakeIndex& index, const std::string& requirement) {
  PythonProblem problem;
  problem.targets.push_back(host_target());
  problem.packages.push_back({requirement, {"env.yaml", 3, 5}});
  auto sources = machine.sources(index);
  ENVTOOL_TRY(auto solution, resolve_python(problem, sources, machine.events));
  return solution.packages.front().front();
}

std::string address(const Origin& origin) { return "git+file://" + (origin / "origin").native(); }

void serve(FakeIndex& index) {
  index.add({"maker", "3.0"});
  index.add({"six", "1.17.0"});
}

}  // namespace

TEST_CASE("a requirement that names a branch is locked as its commit", "[resolve][python][git]") {
  Origin origin;
  FakeIndex index;
  serve(index);
  const auto commit = origin.commit({{"pyproject.toml", kProject}});
  Machine machine;
  auto package = lock_on(machine, index, "my-lib @ " + address(origin) + "@main");
  REQUIRE(package.has_value());
  const auto& git = std::get<project::LockedGit>(package->source);
  CHECK(package->version == "1.2");
  CHECK(package->index.empty());
  CHECK(package->requires_names == std::vector<std::string>{"six"});
  CHECK(git.url == "file://" + (origin / "origin").native());
  CHECK(git.commit == commit);
  REQUIRE(git.build_requires.size() == 1);
  CHECK(git.build_requires.front().version == "3.0");
  CHECK(git.wheel.url.empty());
  CHECK(machine.store.has_blob(git.wheel.sha256));
  CHECK(contains(machine.events.warnings, "folder of this machine"));
}

TEST_CASE("the project may be in a folder of the repository", "[resolve][python][git]") {
  Origin origin;
  FakeIndex index;
  serve(index);
  const auto inner = origin.tree({{"pyproject.toml", kProject}});
  origin.commit({{"py", inner, 040000}, {"pyproject.toml", "[project]\nname = 'other'\nversion = '9'\n"}});
  Machine machine;
  auto package = lock_on(machine, index, "my-lib @ " + address(origin) + "#subdirectory=py");
  REQUIRE(package.has_value());
  CHECK(std::get<project::LockedGit>(package->source).subdirectory == "py");
  CHECK(machine.executor.cwd == "/build/source/py");
  auto missing = lock_on(machine, index, "my-lib @ " + address(origin) + "#subdirectory=nowhere");
  REQUIRE_FALSE(missing.has_value());
  CHECK(contains(missing.error().what, "nowhere"));
}

TEST_CASE("a version that only the build knows is learnt by building, once", "[resolve][python][git]") {
  Origin origin;
  FakeIndex index;
  serve(index);
  origin.commit({{"pyproject.toml",
                  "[project]\nname = 'my-lib'\ndynamic = ['version']\n"
                  "[build-system]\nrequires = ['maker']\nbuild-backend = 'maker'\n"}});
  Machine machine;
  auto package = lock_on(machine, index, "my-lib @ " + address(origin));
  REQUIRE(package.has_value());
  CHECK(package->version == "1.2");
  CHECK(package->requires_names == std::vector<std::string>{"six"});
  CHECK(machine.executor.builds == 1);
}

TEST_CASE("another project's name and a revision that is none are told at their place",
          "[resolve][python][git]") {
  Origin origin;
  FakeIndex index;
  serve(index);
  origin.commit({{"pyproject.toml", kProject}});
  Machine machine;
  auto other = lock_on(machine, index, "yours @ " + address(origin));
  REQUIRE_FALSE(other.has_value());
  CHECK(other.error().code == Code::bad_input);
  CHECK(other.error().place->line == 3);
  auto revision = lock_on(machine, index, "my-lib @ " + address(origin) + "@v9");
  REQUIRE_FALSE(revision.has_value());
  CHECK(revision.error().code == Code::not_found);
  CHECK(revision.error().place->line == 3);
}

TEST_CASE("without a way to build a commit is refused before anything is fetched", "[resolve][python][git]") {
  FakeIndex index;
  Asking asking(index);
  asking.want("my-lib @ git+https://127.0.0.1:1/none.git@v1");
  CHECK(contains(asking.picks(), "nothing here can build it"));
}

TEST_CASE("a machine with an empty store builds the locked wheel again", "[resolve][python][git]") {
  Origin origin;
  FakeIndex index;
  serve(index);
  const auto old = origin.commit({{"pyproject.toml", kProject}});
  Machine teacher, student;
  auto package = lock_on(teacher, index, "my-lib @ " + address(origin));
  REQUIRE(package.has_value());
  // The branch and the index have moved on; the pins have not.
  origin.commit({{"pyproject.toml", "[project]\nname = 'my-lib'\nversion = '7'\n"}});
  index.add({"maker", "4.0"});
  auto sources = student.sources(index);
  REQUIRE(rebuild_wheel(*package, host_target(), sources, student.events).has_value());
  CHECK(student.store.has_blob(std::get<project::LockedGit>(package->source).wheel.sha256));
  CHECK(std::get<project::LockedGit>(package->source).commit == old);
  CHECK_FALSE(std::filesystem::exists(student.scratch.path / "cache/built"));
}

TEST_CASE("a build that gives other bytes than the lock's is an error with both digests",
          "[resolve][python][git]") {
  Origin origin;
  FakeIndex index;
  serve(index);
  origin.commit({{"pyproject.toml", kProject}});
  Machine teacher, student;
  auto package = lock_on(teacher, index, "my-lib @ " + address(origin));
  REQUIRE(package.has_value());
  student.executor.content = "x = 2\n";
  auto sources = student.sources(index);
  auto built = rebuild_wheel(*package, host_target(), sources, student.events);
  REQUIRE_FALSE(built.has_value());
  CHECK(built.error().code == Code::digest_mismatch);
  CHECK(contains(built.error().what, std::get<project::LockedGit>(package->source).wheel.sha256.hex()));
  CHECK(contains(built.error().hints.front(), "--upgrade-package my-lib"));
  student.executor.exit_code = 1;
  auto failed = rebuild_wheel(*package, host_target(), sources, student.events);
  REQUIRE_FALSE(failed.has_value());
  CHECK(contains(failed.error().what, "no compiler here"));
}

TEST_CASE("a commit has the version that setuptools-scm would give it", "[resolve][python][git]") {
  const std::string commit = "1a2b3c4d5e6f" + std::string(28, '0');
  CHECK(scm_version("v1.2-0-g1a2b3c4", commit) == "1.2");
  CHECK(scm_version("my-lib2-1.2.9-5-g1a2b3c4", commit) == "1.2.10.dev5+g1a2b3c4d5");
  CHECK(scm_version("v2.0rc1-3-g1a2b3c4", commit) == "2.0.dev3+g1a2b3c4d5");
  CHECK(scm_version("stable-3-g1a2b3c4", commit) == "0.1.dev3+g1a2b3c4d5");
  CHECK(scm_version(std::nullopt, commit) == "0.1.dev0+g1a2b3c4d5");
}

TEST_CASE("a wheel is built again with the locked version, whatever tags say now", "[resolve][python][git]") {
  Origin origin;
  FakeIndex index;
  serve(index);
  origin.tag("v1.2", origin.commit({{"pyproject.toml", kProject}}));
  Machine teacher, student;
  auto package = lock_on(teacher, index, "my-lib @ " + address(origin));
  REQUIRE(package.has_value());
  CHECK(teacher.executor.version == "1.2");
  origin.tag("v8", std::get<project::LockedGit>(package->source).commit);
  package->version = "1.2.0";
  auto sources = student.sources(index);
  REQUIRE(rebuild_wheel(*package, host_target(), sources, student.events).has_value());
  CHECK(student.executor.version == "1.2.0");
}

TEST_CASE("a lock whose commit was edited is refused", "[resolve][python][git]") {
  Origin origin;
  FakeIndex index;
  serve(index);
  origin.commit({{"pyproject.toml", kProject}});
  Machine machine;
  auto package = lock_on(machine, index, "my-lib @ " + address(origin));
  REQUIRE(package.has_value());
  auto sources = machine.sources(index);
  for (const std::string commit : {"main", "--upload-pack=x", "a..b"}) {
    std::get<project::LockedGit>(package->source).commit = commit;
    auto built = rebuild_wheel(*package, host_target(), sources, machine.events);
    REQUIRE_FALSE(built.has_value());
    CHECK(built.error().code == Code::bad_input);
  }
}

TEST_CASE("the umask and the day are not in a tree that is built", "[resolve][python]") {
  Scratch scratch;
  REQUIRE(make_directories(scratch.path / "tree/bin", 0700).has_value());
  REQUIRE(write_atomic(scratch.path / "tree/a.py", "x", 0600, false).has_value());
  REQUIRE(write_atomic(scratch.path / "tree/bin/run", "x", 0700, false).has_value());
  REQUIRE(settle_tree(scratch.path / "tree").has_value());
  const auto mode = [&](const char* name) {
    return static_cast<unsigned>(std::filesystem::status(scratch.path / "tree" / name).permissions());
  };
  CHECK(mode("a.py") == 0644);
  CHECK(mode("bin") == 0755);
  CHECK(mode("bin/run") == 0755);
  CHECK(std::filesystem::last_write_time(scratch.path / "tree/a.py") ==
        std::filesystem::last_write_time(scratch.path / "tree/bin"));
}

}  // namespace envtool::resolve::python::test
