#include "envtool/resolve/base_image/archive_base.hpp"

#include <catch2/catch.hpp>

#include "tests/doubles/deb_archive.hpp"

using namespace envtool;
using namespace envtool::doubles;
using namespace envtool::resolve;
using project::BaseFromArchive;

namespace {

const std::string kRoot = "http://deb.debian.org/debian";

project::EnvYaml yaml_with(const std::string& python, std::optional<project::Base> base = {}) {
  project::EnvYaml yaml;
  if (!python.empty()) yaml.python = project::Placed{python, Place{"env.yaml", 2, 9}};
  yaml.base = std::move(base);
  return yaml;
}
project::Base debian(const std::string& suite) {
  return BaseFromArchive{BaseFromArchive::Distribution::debian, suite};
}

std::string chosen(const project::EnvYaml& yaml) {
  const auto base = base_image::choose_base(yaml);
  if (!base) return "error: " + base.error().what;
  return std::get<BaseFromArchive>(*base).suite;
}

struct Fixture {
  TemporaryFolder folder;
  FakeArchive archive;
  RecordingEvents events;
  project::EnvYaml yaml = yaml_with("3.11");
  Upgrade upgrade;
  std::optional<project::LockedPlatform> previous;
  std::vector<project::LockedPython> told;

  Fixture() {
    yaml.platforms = {{"linux", "amd64"}};
    publish("3.11.2-6+deb12u1");
  }
  void publish(const std::string& version) {
    archive.publish(kRoot, "bookworm",
                    package("libc6", "2.36-9") + package("sh", "1", "Essential: yes\nDepends: libc6\n") +
                        package("python3", "3.11.2-1", "Depends: python3.11\n") +
                        package("python3.11", version, "Depends: libc6\n") +
                        package("python3.11", "3.11.1-1") + package("git", "1:2.39-1", "Depends: libc6\n"));
  }
  Result<base_image::BaseSolution> resolve() {
    std::optional<system::Archive> kept;
    const base_image::ArchiveBaseRequest request{yaml,
                                                 {BaseFromArchive::Distribution::debian, "bookworm"},
                                                 {"linux", "amd64"},
                                                 previous ? &*previous : nullptr,
                                                 upgrade};
    return base_image::resolve_archive_base(
        request, sources_of(archive, folder.path), events,
        [&](project::LockedPython python) { told.push_back(std::move(python)); }, kept);
  }
};

}  // namespace

TEST_CASE("the release follows from the Python that is asked for", "[resolve][base_image]") {
  CHECK(chosen(yaml_with("3.9")) == "bullseye");
  CHECK(chosen(yaml_with("3.10")) == "jammy");
  CHECK(chosen(yaml_with("3.11")) == "bookworm");
  CHECK(chosen(yaml_with("==3.12.*")) == "noble");
  CHECK(chosen(yaml_with("3.13.5")) == "trixie");
  CHECK(chosen(yaml_with("3.14")) == "resolute");
  CHECK(chosen(yaml_with("")) == "bookworm");
  CHECK(chosen(yaml_with("", debian("trixie"))) == "trixie");
  CHECK(chosen(yaml_with("3.13", debian("trixie"))) == "trixie");
}

TEST_CASE("a Python that no release has is refused with those that are there", "[resolve][base_image]") {
  const auto base = base_image::choose_base(yaml_with("3.8"));
  REQUIRE_FALSE(base);
  CHECK(base.error().what == "no supported release has Python 3.8");
  CHECK(base.error().place->line == 2);
  CHECK(base.error().hints[0].find("3.9 (debian bullseye)") != std::string::npos);
}

TEST_CASE("a base and a Python that disagree are refused with what the base has", "[resolve][base_image]") {
  CHECK(chosen(yaml_with("3.11", debian("trixie"))) == "error: debian trixie has Python 3.13, not 3.11");
}

TEST_CASE("what is no version of Python is refused", "[resolve][base_image]") {
  for (const char* bad : {"3", "three", "3.11.2.1", ">=3.11", "3.x", ""}) {
    INFO(bad);
    auto yaml = yaml_with("3");
    yaml.python->text = bad;
    CHECK(chosen(yaml).starts_with("error:"));
  }
}

TEST_CASE("an archive base pins releases, packages, Python and C library", "[resolve][base_image]") {
  Fixture f;
  f.yaml.system = {{"git", Place{"env.yaml", 4, 10}}};
  const auto solution = f.resolve();
  REQUIRE(solution);
  CHECK(solution->python == project::LockedPython{"3.11.2", "/usr/bin/python3.11", "glibc 2.36"});
  CHECK(f.told == std::vector<project::LockedPython>{solution->python});
  const auto& base = std::get<project::LockedArchiveBase>(solution->base);
  CHECK(base.suite == "bookworm");
  REQUIRE(base.releases.size() == 1);
  CHECK(base.releases[0].url == kRoot);
  std::vector<std::string> names;
  for (const auto& deb : base.debs) names.push_back(deb.name);
  CHECK(names == std::vector<std::string>{"libc6", "python3", "python3.11", "sh"});
  REQUIRE(solution->system.size() == 1);
  CHECK(solution->system[0].name == "git");
}

TEST_CASE("a full Python version that the release does not have is refused", "[resolve][base_image]") {
  Fixture f;
  f.yaml.python->text = "3.11.9";
  const auto solution = f.resolve();
  REQUIRE_FALSE(solution);
  CHECK(solution.error().what == "debian bookworm has Python 3.11.2, not 3.11.9");
  CHECK(f.told.empty());
}

TEST_CASE("a release candidate is spelled as Python spells it", "[resolve][base_image]") {
  Fixture f;
  f.publish("3.11.3~rc1+ds-1");
  CHECK(f.resolve()->python.version == "3.11.3rc1");
}

TEST_CASE("the previous lock's packages are kept, unless everything is upgraded or the release changed",
          "[resolve][base_image]") {
  Fixture f;
  project::LockedArchiveBase base;
  base.suite = "bookworm";
  base.debs = {{"python3.11", "3.11.1-1", "amd64", {}}};
  f.previous.emplace();
  f.previous->base = base;
  CHECK(f.resolve()->python.version == "3.11.1");
  f.upgrade.packages = {"python3.11"};
  CHECK(f.resolve()->python.version == "3.11.2");
  f.upgrade.packages.clear();
  f.upgrade.everything = true;
  CHECK(f.resolve()->python.version == "3.11.2");
  f.upgrade.everything = false;
  base.suite = "trixie";
  f.previous->base = base;
  CHECK(f.resolve()->python.version == "3.11.2");
}
