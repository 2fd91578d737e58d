#include "envtool/project/env_yaml.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/unit/project/scratch.hpp"

using namespace envtool;
using namespace envtool::project;

namespace {
EnvYaml read(const std::string& text, const std::filesystem::path& folder = "/nonexistent") {
  auto yaml = read_env_yaml({"env.yaml", text}, folder);
  INFO(text << "\n" << (yaml ? "" : yaml.error().what));
  REQUIRE(yaml.has_value());
  return *yaml;
}
std::vector<std::string> texts(const std::vector<Placed>& placed) {
  std::vector<std::string> out;
  for (const auto& item : placed) out.push_back(item.text);
  return out;
}
using Texts = std::vector<std::string>;
}  // namespace

TEST_CASE("the example of the design page is read whole", "[project][env_yaml]") {
  const auto yaml = read(R"(
name: intro-ml
python: "3.11"                 # picks the base
system: [graphviz, git]
packages:
  - jupyterlab
  - scikit-learn>=1.3
  - torch; platform_machine == "x86_64"
  - mylib @ git+https://example.org/mylib@v1.2
constraints: [numpy<2]
overrides: [protobuf==4.25.*]
indexes:
  - {name: internal, url: "https://pypi.example.edu/simple", packages: [course-*]}
exclude-newer: 2026-09-01
platforms: [linux/amd64, linux/arm64]
gpu:
  count: 1
  memory: 8GiB
  driver: ">=550"
env: {HF_HOME: /data/hf}
mounts: [{source: ~/datasets, target: /data, read-only: true}]
ports: [6006]
setup: ["python -m nltk.downloader -d /usr/share/nltk_data punkt"]
command: python train.py
services:
  jupyter: true
network: host
resources: {memory: 8GiB, cpus: 4, shm: 2GiB}
secrets: [HF_TOKEN]
)");
  CHECK(yaml.name->text == "intro-ml");
  CHECK(yaml.python->text == "3.11");
  CHECK(yaml.python->place == Place{"env.yaml", 3, 9});
  CHECK_FALSE(yaml.base.has_value());
  CHECK(texts(yaml.system) == Texts{"graphviz", "git"});
  CHECK(yaml.packages.size() == 4);
  CHECK(yaml.packages[2].text == "torch; platform_machine == \"x86_64\"");
  CHECK(yaml.packages[1].place == Place{"env.yaml", 7, 5});
  CHECK(texts(yaml.constraints) == Texts{"numpy<2"});
  CHECK(texts(yaml.overrides) == Texts{"protobuf==4.25.*"});
  REQUIRE(yaml.indexes.size() == 1);
  CHECK(yaml.indexes[0].packages == Texts{"course-*"});
  CHECK(yaml.exclude_newer->time_since_epoch() == std::chrono::seconds(1788220800));
  CHECK(yaml.platforms.size() == 2);
  CHECK(yaml.gpu.presence == GpuNeed::Presence::required);
  CHECK(yaml.gpu.memory == ByteCount{8ULL << 30});
  CHECK(yaml.gpu.driver == ">=550");
  CHECK(yaml.env == std::vector<std::pair<std::string, std::string>>{{"HF_HOME", "/data/hf"}});
  REQUIRE(yaml.mounts.size() == 1);
  CHECK(yaml.mounts[0].source == "~/datasets");
  CHECK(yaml.mounts[0].read_only);
  CHECK(yaml.ports == std::vector<std::uint16_t>{6006});
  CHECK(yaml.setup.size() == 1);
  CHECK(yaml.command->text == "python train.py");
  REQUIRE(yaml.services.size() == 1);
  CHECK_FALSE(yaml.services[0].command.has_value());
  CHECK(yaml.network == Network::host);
  CHECK(yaml.resources == Resources{ByteCount{8ULL << 30}, 4.0, ByteCount{2ULL << 30}});
  CHECK(texts(yaml.secrets) == Texts{"HF_TOKEN"});
}

TEST_CASE("python 3.10 without quotes stays 3.10", "[project][env_yaml]") {
  CHECK(read("python: 3.10\npackages: []").python->text == "3.10");
}

TEST_CASE("numbers and truth values in env stay as they are written", "[project][env_yaml]") {
  const auto yaml = read("packages: []\nenv: {A: 1.50, B: true, C: 'x', D: \"\", E: 0x10}");
  CHECK(yaml.env == std::vector<std::pair<std::string, std::string>>{
                        {"A", "1.50"}, {"B", "true"}, {"C", "x"}, {"D", ""}, {"E", "0x10"}});
}

TEST_CASE("both platforms are locked unless env.yaml says otherwise", "[project][env_yaml]") {
  CHECK(read("packages: []").platforms == std::vector<Platform>{{"linux", "amd64"}, {"linux", "arm64"}});
  CHECK(read("packages: []\nplatforms: [linux/arm64]").platforms ==
        std::vector<Platform>{{"linux", "arm64"}});
}

TEST_CASE("a list whose items are all commented out is empty", "[project][env_yaml]") {
  const auto yaml = read("packages:\n  # - numpy\nsystem:\nenv:\nmounts:\nservices:\n");
  CHECK(yaml.packages.empty());
  CHECK(yaml.system.empty());
}

TEST_CASE("every form of base is read", "[project][env_yaml]") {
  using Distribution = BaseFromArchive::Distribution;
  CHECK(*read("packages: []\nbase: docker.io/library/python:3.11").base ==
        Base{BaseFromReference{"docker.io/library/python:3.11"}});
  CHECK(*read("packages: []\nbase: {debian: trixie}").base ==
        Base{BaseFromArchive{Distribution::debian, "trixie"}});
  CHECK(*read("packages: []\nbase: {ubuntu: noble}").base ==
        Base{BaseFromArchive{Distribution::ubuntu, "noble"}});
  CHECK(*read("packages: []\nbase: {oci: ./image}").base == Base{BaseFromLayout{"./image"}});
}

TEST_CASE("every form of gpu is read", "[project][env_yaml]") {
  using Presence = GpuNeed::Presence;
  CHECK(read("packages: []\ngpu: true").gpu.presence == Presence::required);
  CHECK(read("packages: []\ngpu: false").gpu.presence == Presence::none);
  CHECK(read("packages: []\ngpu: optional").gpu.presence == Presence::optional);
  CHECK(read("packages: []\ngpu: {count: all}").gpu.count == 0);
}

TEST_CASE("services can be of our making or of the course's", "[project][env_yaml]") {
  const auto yaml = read(
      "packages: []\nservices:\n  jupyter: false\n  board: {command: tensorboard --logdir runs, port: 6006, "
      "health: /}\n");
  REQUIRE(yaml.services.size() == 1);
  CHECK(yaml.services[0].name == "board");
  CHECK(yaml.services[0].port == 6006);
  CHECK(yaml.services[0].health == "/");
}

TEST_CASE("an alias stands for its value", "[project][env_yaml]") {
  CHECK(texts(read("packages: &p [numpy<2]\nconstraints: *p").constraints) == Texts{"numpy<2"});
}

TEST_CASE("a byte order mark and Windows line ends are no matter", "[project][env_yaml]") {
  CHECK(texts(read("\xEF\xBB\xBFname: a\r\npackages:\r\n  - numpy\r\n").packages) == Texts{"numpy"});
}

TEST_CASE("requirements files are read in place, nested ones too", "[project][env_yaml]") {
  const Scratch scratch;
  scratch.write(
      "requirements.txt",
      "# the course\nnumpy>=1.26 \\\n  --hash=sha256:abc \\\n  --hash=sha256:def\n\n-r more/extra.txt\n"
      "-c more/limits.txt\n-r requirements.txt\npandas # comment\nmylib @ "
      "git+https://example.org/m#subdirectory=x\n");
  scratch.write("more/extra.txt", "xgboost\n--requirement=../requirements.txt\n");
  scratch.write("more/limits.txt", "scipy<2");
  const auto yaml = read("packages: [-r requirements.txt, seaborn]", scratch.path());
  CHECK(texts(yaml.packages) == Texts{"numpy>=1.26", "xgboost", "pandas",
                                      "mylib @ git+https://example.org/m#subdirectory=x", "seaborn"});
  CHECK(yaml.packages[0].place == Place{"requirements.txt", 2, 1});
  CHECK(yaml.packages[1].place == Place{"more/extra.txt", 1, 1});
  CHECK(texts(yaml.constraints) == Texts{"scipy<2"});
  CHECK(yaml.included ==
        std::vector<std::filesystem::path>{"requirements.txt", "more/extra.txt", "more/limits.txt"});
}

TEST_CASE("editables are folders of the project", "[project][env_yaml]") {
  const Scratch scratch;
  scratch.write("lib/setup.cfg", "");
  const auto yaml = read("packages: [-e ., -e ./lib]", scratch.path());
  CHECK(texts(yaml.editables) == Texts{".", "./lib"});
}

TEST_CASE("what this version cannot do yet is a sentence each", "[project][env_yaml]") {
  CHECK(not_yet(read("packages: [numpy]\ngpu: optional\nbase: {oci: x}")).empty());
  const auto errors = not_yet(read("packages: []\nbase: python:3.11\ngpu: true\nservices: {jupyter: true}"));
  REQUIRE(errors.size() == 3);
  for (const auto& error : errors) {
    CHECK(error.code == Code::unsupported);
    CHECK(error.place->line > 1);
    CHECK_FALSE(error.hints.empty());
  }
  CHECK(errors[0].what.find("python:3.11") != std::string::npos);
}
