// Choosing packages: alternatives, virtual packages, conflicts, pins.
#include <catch2/catch.hpp>

#include "tests/doubles/deb_archive.hpp"

using namespace envtool;
using namespace envtool::doubles;
namespace sys = envtool::resolve::system;

namespace {

const std::string kRoot = "http://example.org/debian";

struct Chosen {
  std::vector<std::string> base, system;
};

struct Fixture {
  TemporaryFolder folder;
  FakeArchive archive;
  RecordingEvents events;
  std::vector<project::LockedDeb> previous;
  std::set<std::string> upgrade;
  std::vector<std::string> base_names;

  Result<sys::Archive::Closure> close(const std::string& packages, const std::vector<std::string>& asked) {
    archive.publish(kRoot, "tiny", packages);
    const sys::ArchiveLocation where{
        project::BaseFromArchive::Distribution::debian, "tiny", {{kRoot, "tiny", true}}, {"main"}};
    ENVTOOL_TRY(const auto opened,
                sys::Archive::open(where, {"linux", "amd64"}, sources_of(archive, folder.path), events));
    sys::Archive::Request request;
    for (std::uint32_t i = 0; i < asked.size(); ++i)
      request.packages.push_back({asked[i], Place{"env.yaml", 3, i + 1}});
    request.base = base_names;
    request.previous = &previous;
    request.upgrade = &upgrade;
    return opened.close(request, events);
  }
  Chosen names(const std::string& packages, const std::vector<std::string>& asked) {
    const auto closure = close(packages, asked);
    if (!closure) FAIL(closure.error().what);
    Chosen chosen;
    for (const auto& deb : closure->base) chosen.base.push_back(deb.name + "=" + deb.version);
    for (const auto& deb : closure->system) chosen.system.push_back(deb.name + "=" + deb.version);
    return chosen;
  }
  Error refused(const std::string& packages, const std::vector<std::string>& asked) {
    auto closure = close(packages, asked);
    REQUIRE_FALSE(closure);
    return std::move(closure).error();
  }
};

using Names = std::vector<std::string>;
bool says(const Error& error, const std::string& text) { return error.what.find(text) != std::string::npos; }

}  // namespace

TEST_CASE("the base is what is essential and named, and the asked packages add the rest",
          "[resolve][system]") {
  Fixture f;
  f.base_names = {"tz", "not-in-this-release"};
  const auto chosen = f.names(
      package("libc", "2") + package("sh", "1", "Essential: yes\nPre-Depends: libc (>= 2)\n") +
          package("tz", "5", "", "all") +
          package("tool", "3", "Depends: libc, helper:any\nRecommends: big\n") +
          package("helper", "4", "Multi-Arch: allowed\n") + package("big", "9") + package("unrelated", "1"),
      {"tool"});
  CHECK(chosen.base == Names{"libc=2", "sh=1", "tz=5"});
  CHECK(chosen.system == Names{"helper=4", "tool=3"});
}

TEST_CASE("a pinned package carries url, digest, size and architecture from the list", "[resolve][system]") {
  Fixture f;
  const auto closure = f.close(package("tool", "1:3-1", "", "all"), {"tool"});
  REQUIRE(closure);
  REQUIRE(closure->system.size() == 1);
  const auto& deb = closure->system[0];
  CHECK(deb.architecture == "all");
  CHECK(deb.artifact.url == kRoot + "/pool/tool_1:3-1_all.deb");
  CHECK(deb.artifact.sha256 == Digest::of("pool/tool_1:3-1_all.deb"));
  CHECK(deb.artifact.size.value == 4);
}

TEST_CASE("the first alternative is taken, unless another one is there anyway", "[resolve][system]") {
  Fixture f;
  const auto packages =
      package("tool", "1", "Depends: first | second\n") + package("first", "1") + package("second", "1");
  CHECK(f.names(packages, {"tool"}).system == Names{"first=1", "tool=1"});
  CHECK(f.names(packages, {"tool", "second"}).system == Names{"second=1", "tool=1"});
}

TEST_CASE("an alternative that the archive does not have is passed over", "[resolve][system]") {
  Fixture f;
  CHECK(f.names(package("tool", "1", "Depends: gone | old (>= 5) | second\n") + package("old", "4") +
                    package("second", "1"),
                {"tool"})
            .system == Names{"second=1", "tool=1"});
}

TEST_CASE("an init system is taken only when nothing else will do", "[resolve][system]") {
  Fixture f;
  CHECK(f.names(package("tool", "1", "Depends: systemd | systemd-standalone-sysusers\n") +
                    package("systemd", "1") + package("systemd-standalone-sysusers", "1"),
                {"tool"})
            .system == Names{"systemd-standalone-sysusers=1", "tool=1"});
  CHECK(f.events.warnings.empty());
  Fixture g;
  CHECK(g.names(package("tool", "2", "Depends: systemd\n") + package("systemd", "1"), {"tool"}).system ==
        Names{"systemd=1", "tool=2"});
  REQUIRE(g.events.warnings.size() == 1);
  CHECK(g.events.warnings[0].find("systemd") != std::string::npos);
}

TEST_CASE("of several providers the one with the higher priority is taken", "[resolve][system]") {
  Fixture f;
  CHECK(f.names(package("tool", "1", "Depends: awk\n") +
                    package("gawk", "1", "Provides: awk\nPriority: optional\n") +
                    package("mawk", "1", "Provides: awk\nPriority: required\n"),
                {"tool"})
            .system == Names{"mawk=1", "tool=1"});
}

TEST_CASE("a provider satisfies a versioned dependency only with a version of its own", "[resolve][system]") {
  Fixture f;
  const auto needs = package("tool", "1", "Depends: api (>= 2)\n");
  CHECK(f.names(needs + package("impl", "9", "Provides: api (= 2.5)\n"), {"tool"}).system ==
        Names{"impl=9", "tool=1"});
  Fixture g;
  CHECK(says(g.refused(needs + package("impl", "9", "Provides: api\n"), {"tool"}), "tool 1 needs api"));
  Fixture h;
  CHECK(h.refused(needs + package("impl", "9", "Provides: api (= 1.5)\n"), {"tool"}).code ==
        Code::unsatisfiable);
}

TEST_CASE("packages that need each other are taken together", "[resolve][system]") {
  Fixture f;
  CHECK(f.names(package("aa", "1", "Depends: bb\n") + package("bb", "1", "Depends: cc\n") +
                    package("cc", "1", "Depends: aa\n"),
                {"aa"})
            .system == Names{"aa=1", "bb=1", "cc=1"});
}

TEST_CASE("a package does not conflict with what it provides itself", "[resolve][system]") {
  Fixture f;
  CHECK(f.names(package("mta", "1", "Provides: mail-agent\nConflicts: mail-agent\n"), {"mta"}).system ==
        Names{"mta=1"});
}

TEST_CASE("a conflict makes the solver take another alternative", "[resolve][system]") {
  Fixture f;
  CHECK(f.names(package("tool", "1", "Depends: first | second\n") +
                    package("first", "1", "Conflicts: other\n") + package("second", "1") +
                    package("other", "1"),
                {"tool", "other"})
            .system == Names{"other=1", "second=1", "tool=1"});
}

TEST_CASE("a conflict makes the solver take an older version", "[resolve][system]") {
  Fixture f;
  CHECK(f.names(package("tool", "2", "Breaks: other\n") + package("tool", "1") + package("other", "1"),
                {"tool", "other"})
            .system == Names{"other=1", "tool=1"});
}

TEST_CASE("a dependency that nothing has is told with the package that needs it", "[resolve][system]") {
  Fixture f;
  const auto error = f.refused(
      package("tool", "1", "Depends: middle\n") + package("middle", "2", "Depends: gone (>= 3)\n"), {"tool"});
  CHECK(error.code == Code::unsatisfiable);
  CHECK(says(error, "middle 2 needs gone >= 3, which the archive does not have"));
  CHECK(error.hints.size() == 1);
}

TEST_CASE("packages that contradict each other are named", "[resolve][system]") {
  Fixture f;
  const auto error = f.refused(package("aa", "1", "Conflicts: bb\n") + package("bb", "2"), {"aa", "bb"});
  CHECK(error.code == Code::unsatisfiable);
  CHECK(says(error, "aa 1 conflicts with bb 2"));
  CHECK(error.hints.size() == 1);
}

TEST_CASE("an unknown name gets its place and the nearest name", "[resolve][system]") {
  Fixture f;
  const auto error = f.refused(package("graphviz", "1") + package("git", "1"), {"git", "graphvis"});
  CHECK(error.code == Code::unsatisfiable);
  CHECK(says(error, "no package 'graphvis'"));
  CHECK(error.place == Place{"env.yaml", 3, 2});
  CHECK(error.hints == Names{"did you mean 'graphviz'?"});
}

TEST_CASE("the name of a virtual package is answered with its providers", "[resolve][system]") {
  Fixture f;
  CHECK(says(f.refused(package("exim", "1", "Provides: mta\n") + package("postfix", "1", "Provides: mta\n"),
                       {"mta"}),
             "exim or postfix"));
}

TEST_CASE("a malformed dependency field is an error, not a missing dependency", "[resolve][system]") {
  Fixture f;
  const auto error = f.refused(package("tool", "1", "Depends: a |\n"), {"tool"});
  CHECK(error.code == Code::bad_input);
  CHECK(error.chain.front().find("tool") != std::string::npos);
}

TEST_CASE("a dependency on another architecture's package is not satisfied by this one's",
          "[resolve][system]") {
  Fixture f;
  CHECK(f.refused(package("wine", "1", "Depends: libc:i386\n") + package("libc", "1"), {"wine"}).code ==
        Code::unsatisfiable);
}

TEST_CASE("a version of the previous lock is kept while the archive has it and nobody gives it up",
          "[resolve][system]") {
  Fixture f;
  const auto packages = package("tool", "1", "Depends: lib\n") + package("lib", "1") + package("lib", "2");
  const project::LockedDeb pin{"lib", "1", "amd64", {}};
  CHECK(f.names(packages, {"tool"}).system == Names{"lib=2", "tool=1"});
  f.previous = {pin};
  CHECK(f.names(packages, {"tool"}).system == Names{"lib=1", "tool=1"});
  f.upgrade = {"lib"};
  CHECK(f.names(packages, {"tool"}).system == Names{"lib=2", "tool=1"});
  f.upgrade = {};
  f.previous = {{"lib", "0.5", "amd64", {}}};
  CHECK(f.names(packages, {"tool"}).system == Names{"lib=2", "tool=1"});
}

TEST_CASE("a kept version gives way when something needs a newer one", "[resolve][system]") {
  Fixture f;
  f.previous = {{"lib", "1", "amd64", {}}, {"other", "1", "amd64", {}}};
  CHECK(f.names(package("tool", "2", "Depends: lib (>= 2), other\n") + package("lib", "1") +
                    package("lib", "2") + package("other", "1") + package("other", "2"),
                {"tool"})
            .system == Names{"lib=2", "other=1", "tool=2"});
}

TEST_CASE("what the base has does not change with the asked packages", "[resolve][system]") {
  Fixture f;
  f.base_names = {"core"};
  const auto packages = package("core", "1", "Depends: one | two\n") + package("one", "1") +
                        package("two", "1") + package("tool", "1", "Depends: two\n");
  CHECK(f.names(packages, {"tool"}).base == Names{"core=1", "one=1"});
  CHECK(f.names(packages, {"tool"}).system == Names{"tool=1", "two=1"});
}
