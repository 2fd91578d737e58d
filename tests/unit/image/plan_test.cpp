#include <catch2/catch.hpp>
#include <set>

#include "envtool/formats/oci/image_config.hpp"
#include "envtool/image/config.hpp"
#include "envtool/image/image.hpp"
#include "envtool/image/layer_groups.hpp"

using namespace envtool;
using namespace envtool::image;

namespace {

project::LockedPackage wheel(const std::string& name, std::uint64_t size,
                             const std::string& version = "1.0") {
  project::LockedPackage package;
  package.name = name;
  package.version = version;
  package.index = "pypi";
  package.source =
      project::LockedWheel{{"https://example.org/" + name + ".whl", Digest::of(name + version), {size}}};
  return package;
}

project::Lock lock_of(std::vector<project::LockedPackage> packages) {
  project::LockedPlatform part;
  part.platform = {"linux", "amd64"};
  project::LockedArchiveBase base;
  base.suite = "bookworm";
  base.debs = {
      {"python3", "3.11", "amd64", {"http://example.org/python3.deb", Digest::of("python3"), {1000}}}};
  part.base = base;
  part.python = {"3.11.2", "/usr/bin/python3.11", "glibc 2.36"};
  part.packages = std::move(packages);
  project::Lock lock;
  lock.platforms.push_back(part);
  return lock;
}

const Platform kAmd64{"linux", "amd64"};

std::multiset<Digest> layer_keys(const ImagePlan& plan) {
  std::multiset<Digest> keys;
  for (const LayerPlan& layer : plan.layers) keys.insert(layer.key);
  return keys;
}

std::size_t layers_that_differ(const ImagePlan& before, const ImagePlan& after) {
  const auto old_keys = layer_keys(before);
  std::size_t count = 0;
  for (const LayerPlan& layer : after.layers) count += old_keys.contains(layer.key) ? 0 : 1;
  return count;
}

std::vector<project::LockedPackage> many(std::size_t count, std::uint64_t size) {
  std::vector<project::LockedPackage> packages;
  for (std::size_t i = 0; i < count; ++i) packages.push_back(wheel("package-" + std::to_string(i), size));
  return packages;
}

}  // namespace

TEST_CASE("the same lock gives the same plan", "[image]") {
  const project::Lock lock = lock_of(many(50, 1000));
  const ImagePlan first = plan(lock, kAmd64), second = plan(lock, kAmd64);
  REQUIRE(first.layers.size() == second.layers.size());
  for (std::size_t i = 0; i < first.layers.size(); ++i) {
    CHECK(first.layers[i].key == second.layers[i].key);
    CHECK(first.layers[i].comment == second.layers[i].comment);
  }
  CHECK(first.scheme.purelib() == "/opt/venv/lib/python3.11/site-packages");
}

TEST_CASE("adding, removing or changing one package changes one layer", "[image]") {
  for (const std::uint64_t size : {1'000ULL, 50'000'000ULL}) {
    auto packages = many(40, 1000);
    packages.push_back(wheel("numpy", 18'000'000));
    const ImagePlan before = plan(lock_of(packages), kAmd64);
    packages.push_back(wheel("xgboost", size));
    const ImagePlan after = plan(lock_of(packages), kAmd64);
    CHECK(layers_that_differ(before, after) == 1);
    CHECK(layers_that_differ(after, before) <= 1);
    packages.back() = wheel("xgboost", size, "2.0");
    CHECK(layers_that_differ(after, plan(lock_of(packages), kAmd64)) == 1);
  }
}

TEST_CASE("the order of packages in the lock does not matter", "[image]") {
  auto packages = many(60, 1000);
  const ImagePlan forward = plan(lock_of(packages), kAmd64);
  std::reverse(packages.begin(), packages.end());
  CHECK(layer_keys(forward) == layer_keys(plan(lock_of(packages), kAmd64)));
}

TEST_CASE("no image has more than a hundred layers", "[image]") {
  CHECK(plan(lock_of(many(500, 50'000'000)), kAmd64).layers.size() <= 100);
  CHECK(plan(lock_of(many(1000, 100)), kAmd64).layers.size() <= 100);
  project::Lock lock = lock_of(many(300, 50'000'000));
  project::LockedOciBase base;
  base.reference = "docker.io/library/python:3.11";
  for (int i = 0; i < 40; ++i) base.layers.push_back({"", {}, Digest::of(std::to_string(i)), {1}});
  lock.platforms[0].base = base;
  lock.setup = {"true"};
  CHECK(plan(lock, kAmd64).layers.size() <= 100);
}

TEST_CASE("a big wheel has a layer of its own and small ones share", "[image]") {
  auto packages = many(200, 1000);
  packages.push_back(wheel("torch", 800'000'000));
  const ImagePlan made = plan(lock_of(packages), kAmd64);
  std::size_t wheels = 0;
  for (const LayerPlan& layer : made.layers) {
    for (const TreePlan& tree : layer.trees) {
      const auto* what = std::get_if<WheelTree>(&tree.make);
      if (what == nullptr) continue;
      ++wheels;
      if (what->name == "torch") CHECK(layer.trees.size() == 1);
    }
  }
  CHECK(wheels == 201);
  CHECK(made.layers.size() <= 3 + kBuckets);
}

TEST_CASE("what a tree is made on top of is part of its key", "[image]") {
  project::Lock lock = lock_of(many(3, 1000));
  lock.setup = {"echo hello"};
  lock.platforms[0].system = {{"git", "1", "amd64", {"", Digest::of("git"), {1}}}};
  const ImagePlan before = plan(lock, kAmd64);
  project::Lock other = lock;
  std::get<project::LockedArchiveBase>(other.platforms[0].base).debs[0].artifact.sha256 = Digest::of("newer");
  // base, system and setup; wheels and venv do not depend on the base's bytes
  CHECK(layers_that_differ(before, plan(other, kAmd64)) == 3);
  other = lock;
  other.env = {{"A", "1"}};
  CHECK(layers_that_differ(before, plan(other, kAmd64)) == 1);
  other = lock;
  other.setup = {"echo other"};
  CHECK(layers_that_differ(before, plan(other, kAmd64)) == 1);
  other = lock;
  std::get<project::LockedArchiveBase>(other.platforms[0].base).debs[0].artifact.url =
      "http://mirror.example.org/x";
  CHECK(layers_that_differ(before, plan(other, kAmd64)) == 0);
}

namespace {
using Variables = std::vector<std::pair<std::string, std::string>>;

project::Lock lock_over(const std::vector<std::string>& base_env, const Variables& env) {
  project::Lock lock = lock_of({});
  project::LockedOciBase base;
  base.layers = {{"", {}, Digest::of("layer"), {1}}};
  base.env = base_env;
  lock.platforms[0].base = base;
  lock.env = env;
  return lock;
}
std::vector<std::string> config_env(const project::Lock& lock) {
  const auto config = oci::parse_image_config(image_config(plan(lock, kAmd64), {}), "config");
  REQUIRE(config);
  auto env = config->env;
  std::sort(env.begin(), env.end());
  return env;
}
}  // namespace

TEST_CASE("an OCI base's variables are in the image, below those of the environment", "[image]") {
  CHECK(config_env(lock_over({"PATH=/conda/bin:/bin", "FROM_BASE=yes", "A=base", "TWICE=1", "TWICE=2",
                              "VIRTUAL_ENV=/elsewhere", "LANG=de_DE.UTF-8"},
                             {{"A", "ours"}})) ==
        std::vector<std::string>{"A=ours", "FROM_BASE=yes", "LANG=C.UTF-8",
                                 "PATH=/opt/venv/bin:/conda/bin:/bin", "PYTHONNOUSERSITE=1", "TWICE=2",
                                 "VIRTUAL_ENV=/opt/venv"});
  const std::string usual = "PATH=/opt/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  CHECK(config_env(lock_over({"A=1"}, {}))[2] == usual);
  CHECK(config_env(lock_over({"A=1", "PATH="}, {}))[2] == usual);
  CHECK(config_env(lock_over({"PATH=/conda/bin"}, {{"PATH", "/mine"}}))[1] == "PATH=/mine");
}

TEST_CASE("`setup` runs with the base's variables, so they are part of its key", "[image]") {
  const auto with = [](const std::vector<std::string>& base_env) {
    auto lock = lock_over(base_env, {{"A", "1"}});
    lock.setup = {"echo $B"};
    return plan(lock, kAmd64);
  };
  CHECK(with({"B=1"}).env == Variables{{"B", "1"}, {"A", "1"}});
  CHECK(layers_that_differ(with({"B=1"}), with({"B=2"})) == 1);
  CHECK(layers_that_differ(with({"B=1"}), with({"B=1", "A=0"})) == 0);
}

TEST_CASE("a package from a URL or a repository keeps its origin, without credentials", "[image]") {
  project::LockedPackage direct = wheel("direct", 1000);
  direct.index.clear();
  std::get<project::LockedWheel>(direct.source).artifact.url =
      "https://user:secret@example.org/direct-1.0-py3-none-any.whl";
  project::LockedPackage git;
  git.name = "repository";
  git.version = "1.0";
  git.source = project::LockedGit{
      "https://example.org/repository", std::string(40, 'a'), "sub", {}, {"", Digest::of("g"), {1}}};
  const ImagePlan made = plan(lock_of({direct, git, wheel("indexed", 1000)}), kAmd64);
  std::size_t seen = 0;
  for (const LayerPlan& layer : made.layers) {
    for (const TreePlan& tree : layer.trees) {
      const auto* what = std::get_if<WheelTree>(&tree.make);
      if (what == nullptr) continue;
      ++seen;
      if (what->name == "indexed") CHECK_FALSE(what->direct_url);
      if (what->name == "direct") {
        CHECK(what->direct_url->find("\"url\":\"https://example.org/direct-1.0") != std::string::npos);
        CHECK(what->direct_url->find("secret") == std::string::npos);
      }
      if (what->name == "repository")
        CHECK(*what->direct_url ==
              "{\"subdirectory\":\"sub\",\"url\":\"https://example.org/repository\",\"vcs_info\":"
              "{\"commit_id\":\"" +
                  std::string(40, 'a') + "\",\"vcs\":\"git\"}}");
    }
  }
  CHECK(seen == 3);
}
