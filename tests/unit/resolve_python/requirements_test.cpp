// What a person can write, and what they get to read when it cannot be met.
#include <catch2/catch.hpp>
#include <fstream>

#include "fake_index.hpp"

namespace envtool::resolve::python::test {

TEST_CASE("extras bring what they need, cycles between them too", "[resolve][python]") {
  FakeIndex index;
  index.add({"a",
             "1.0",
             {"b; extra == 'x'", "a[x]; extra == 'all'"},
             "py3-none-any",
             "",
             "Provides-Extra: x\nProvides-Extra: all\n"});
  index.add({"b", "1.0"});
  Asking ask(index);
  ask.want("A[All]");
  CHECK(ask.picks() == "a 1.0, b 1.0");
  Asking unknown(index);
  unknown.want("a[nope]");
  CHECK(unknown.picks() == "a 1.0");
  CHECK(contains(unknown.events.warnings, "a 1.0 has no extra 'nope'"));
}

TEST_CASE("a constraint narrows what is asked for and asks for nothing itself", "[resolve][python]") {
  FakeIndex index;
  for (const char* version : {"1.0", "2.0"}) index.add({"a", version});
  Asking ask(index);
  ask.want("a");
  ask.problem.constraints.push_back({"a<2", {}});
  ask.problem.constraints.push_back({"unused<2", {}});
  CHECK(ask.picks() == "a 1.0");
  CHECK(index.server.hits("/simple/unused/") == 0);
}

TEST_CASE("an override replaces every requirement for its package", "[resolve][python]") {
  FakeIndex index;
  index.add({"a", "1.0", {"b<2"}});
  for (const char* version : {"1.0", "2.0", "3.0"}) index.add({"b", version});
  Asking ask(index);
  ask.want("a");
  ask.problem.overrides.push_back({"b==2.*", {}});
  CHECK(ask.picks() == "a 1.0, b 2.0");
}

TEST_CASE("two packages that disagree are named, with what to change", "[resolve][python]") {
  FakeIndex index;
  index.add({"a", "1.0", {"c<2"}});
  index.add({"b", "1.0", {"c>=2"}});
  for (const char* version : {"1.0", "2.0"}) index.add({"c", version});
  Asking ask(index);
  ask.want("a");
  ask.want("b");
  const std::string text = ask.picks();
  CHECK(contains(text, "a needs c<2"));
  CHECK(contains(text, "b needs c>=2"));
  CHECK(contains(text, "hint: relax or remove one of `a` (env.yaml:1) and `b` (env.yaml:2)"));
}

TEST_CASE("a package that no index has is one sentence", "[resolve][python]") {
  FakeIndex index;
  Asking ask(index);
  ask.want("nosuch>=2");
  CHECK(contains(ask.picks(), "you ask for nosuch>=2, which is not on the index pypi"));
}

TEST_CASE("a version that does not exist names the newest", "[resolve][python]") {
  FakeIndex index;
  for (const char* version : {"1.0", "2.0"}) index.add({"a", version});
  Asking ask(index);
  ask.want("a>=3");
  CHECK(contains(ask.picks(), "you ask for a>=3, but the newest version is 2.0"));
}

TEST_CASE("a wheel by url is locked with its digest, a wrong one is fatal", "[resolve][python]") {
  FakeIndex index;
  index.add({"a", "1.0", {"b"}});
  index.add({"b", "1.0"});
  const std::string url = index.server.url("/files/a-1.0-py3-none-any.whl");
  Asking ask(index);
  ask.want("a @ " + url);
  ask.want("a>=0.5");
  CHECK(ask.picks() == "a 1.0, b 1.0");
  CHECK(index.server.hits("/simple/a/") == 0);
  Asking wrong(index);
  wrong.want("a @ " + url + "#sha256=" + std::string(64, '0'));
  auto failed = wrong.resolve();
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().code == Code::digest_mismatch);
}

TEST_CASE("a package of an index may not pull in a url", "[resolve][python]") {
  FakeIndex index;
  index.add({"a", "1.0"});
  index.add({"a", "2.0", {"evil @ https://example.org/evil-1.0-py3-none-any.whl"}});
  Asking ask(index);
  ask.want("a");
  CHECK(ask.picks() == "a 1.0");
}

TEST_CASE("a repository is refused with a sentence and its place", "[resolve][python]") {
  FakeIndex index;
  Asking ask(index);
  ask.want("mylib @ git+https://example.org/mylib@v1.2");
  auto failed = ask.resolve();
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().code == Code::unsupported);
  REQUIRE(failed.error().place.has_value());
  CHECK(failed.error().place->line == 1);
}

TEST_CASE("a misspelt requirement has its place", "[resolve][python]") {
  FakeIndex index;
  Asking ask(index);
  ask.want("numpy=1.2");
  auto failed = ask.resolve();
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().code == Code::bad_input);
  REQUIRE(failed.error().place.has_value());
  CHECK(failed.error().place->file_or_url == "env.yaml");
}

TEST_CASE("an editable project brings its own dependencies and extras", "[resolve][python]") {
  FakeIndex index;
  for (const char* name : {"lib", "tool"}) index.add({name, "1.0"});
  Scratch scratch;
  std::ofstream(scratch.path / "pyproject.toml")
      << "[project]\nname = 'Course'\nversion = '0.3'\ndependencies = ['lib']\n"
         "[project.optional-dependencies]\ndev = ['tool']\n";
  Asking ask(index);
  ask.problem.project = scratch.path;
  ask.problem.editables.push_back({".[dev]", {}});
  auto solution = ask.resolve();
  REQUIRE(solution.has_value());
  REQUIRE(solution->packages[0].size() == 3);
  const auto& course = solution->packages[0].front();
  CHECK(course.name == "course");
  CHECK(course.version == "0.3");
  CHECK(std::get<project::LockedEditable>(course.source).path == ".");
  CHECK(course.requires_names == std::vector<std::string>{"lib", "tool"});
}

TEST_CASE("an editable project with dynamic dependencies is told what to write", "[resolve][python]") {
  FakeIndex index;
  Scratch scratch;
  std::ofstream(scratch.path / "pyproject.toml")
      << "[project]\nname='c'\nversion='1'\ndynamic=['dependencies']\n";
  Asking ask(index);
  ask.problem.project = scratch.path;
  ask.problem.editables.push_back({".", {}});
  CHECK(contains(ask.picks(), "dynamic"));
  CHECK(contains(ask.picks(), "hint: write them under [project] dependencies"));
}

}  // namespace envtool::resolve::python::test
