#include <catch2/catch.hpp>
#include <chrono>

#include "envtool/project/env_yaml.hpp"
#include "tests/unit/project/scratch.hpp"

using namespace envtool;
using namespace envtool::project;

namespace {
Error error_of(const std::string& text, const std::filesystem::path& folder = "/nonexistent") {
  auto yaml = read_env_yaml({"env.yaml", text}, folder);
  INFO(text.substr(0, 300));
  REQUIRE_FALSE(yaml.has_value());
  CHECK(yaml.error().code == Code::bad_input);
  CHECK_FALSE(yaml.error().hints.empty());
  REQUIRE(yaml.error().place.has_value());
  return yaml.error();
}
std::string all(const Error& error) {
  std::string out = error.place->file_or_url + ":" + std::to_string(error.place->line) + ":" +
                    std::to_string(error.place->column) + ": " + error.what;
  for (const auto& hint : error.hints) out += " | " + hint;
  return out;
}
}  // namespace

TEST_CASE("each mistake in env.yaml has its place and its remedy", "[project][env_yaml]") {
  const auto [text, place, said] = GENERATE(table<std::string, std::string, std::string>({
      // shape of the file
      {"", "env.yaml:0:0", "is empty"},
      {"# only a comment\n", "env.yaml:0:0", "is empty"},
      {"- numpy\n", "env.yaml:1:1", "a list"},
      {"numpy\n", "env.yaml:1:1", "'numpy'"},
      {"name: x\n", "env.yaml:1:1", "has no 'packages'"},
      {"packages: []\n---\npackages: []\n", "env.yaml:2:1", "more than one document"},
      {"packages: []\n...\npackages: []\n", "env.yaml:3:1", "more than one document"},
      {"{name: x}\npackages: []\n", "env.yaml:2:1", "put all keys into one mapping"},
      {"  packages: []\n---\npackages: []\n", "env.yaml:2:1", "more than one document"},
      {"  packages: []\nname: x\n", "env.yaml:2:1", "not indented like line 1"},
      {"# words\n\n    name: x\n  packages: []\n", "env.yaml:4:3", "begins in column 5"},
      {"packages:\n\t- numpy\n", "env.yaml:2:1", "tab"},
      {"packages:\n  \t- numpy\n", "env.yaml:2:3", "tab"},
      {"packages: [numpy\n", "env.yaml:1:11", "never closed"},
      {"packages: []\nenv: {A: b\n", "env.yaml:2:6", "never closed"},
      {"packages: []\nname: a: b\n", "env.yaml:2:8", "put quotes around"},
      {"packages:\n - numpy\n  - scipy\n", "env.yaml:2:", "the same column"},
      {"packages:\n - numpy\n- scipy\n", "env.yaml:3:1", "not valid YAML"},
      {"packages: []\n name: x\n", "env.yaml:2:", "not valid YAML"},
      {"packages:\n<<<<<<< HEAD\n  - numpy\n=======\n", "env.yaml:2:1", "merge conflict"},
      {"packages: ]\n", "env.yaml:1:11", "nothing opened"},
      {"packages: []\nname: @x\n", "env.yaml:2:7", "put quotes around"},
      {"packages: []\ncommand: *x\n", "env.yaml:2:10", "alias"},
      {"packages: - numpy\n", "env.yaml:1:11", "no list can begin"},
      {"packages: []\nname: \"x\n", "env.yaml:2:7", "never closed"},
      {"packages: []\npackages: [numpy]\n", "env.yaml:2:1", "twice, first in line 1"},
      {"packages: []\nresources: {cpus: 1, cpus: 2}\n", "env.yaml:2:22", "twice"},
      {"packages: []\nenv:\n  <<: {A: b}\n", "env.yaml:3:3", "merge keys"},
      {"packages: []\nname: !!str x\n", "env.yaml:2:7", "tag"},
      {"packages: []\n? [a]\n: b\n", "env.yaml:2:3", "a list where the name of a key"},
      {std::string("packages: []\nname: a\0b\n", 23), "env.yaml:2:8", "not a text file"},
      {"packages: []\nname: \xff\xfe\n", "env.yaml:2:7", "UTF-8"},
      {"packages: []\nname: \xed\xa0\x80\n", "env.yaml:2:7", "UTF-8"},
      {"\x7f\x45LF\x02\x01\x01", "env.yaml:1:1", "not a text file"},
      // keys
      {"packages: []\npython_version: 3.11\n", "env.yaml:2:1", "unknown key 'python_version'"},
      {"pakages: []\n", "env.yaml:1:1", "did you mean 'packages'"},
      {"packages: []\nexclude_newer: 2026-09-01\n", "env.yaml:2:1", "did you mean 'exclude-newer'"},
      {"dependencies: [numpy]\n", "env.yaml:1:1", "here it is called 'packages'"},
      {"packages: []\nvolumes: []\n", "env.yaml:2:1", "called 'mounts'"},
      {"packages: []\nzzzzzzzz: 1\n", "env.yaml:2:1", "known are"},
      {"packages: []\nresources: {memroy: 1G}\n", "env.yaml:2:13", "did you mean 'memory'"},
      {"packages: []\nmounts: [{source: a, target: /b, readonly: true}]\n", "env.yaml:2:34",
       "did you mean 'read-only'"},
      {"packages: []\ngpu: {counts: 1}\n", "env.yaml:2:7", "did you mean 'count'"},
      {"packages: []\nbase: {debain: bookworm}\n", "env.yaml:2:8", "did you mean 'debian'"},
      {"packages: []\nindexes: [{name: a, uri: x}]\n", "env.yaml:2:21", "did you mean 'url'"},
      {"packages: []\nservices: {a: {cmd: x}}\n", "env.yaml:2:16", "unknown key 'cmd' in services.a"},
      // name, python, base
      {"packages: []\nname: [a]\n", "env.yaml:2:7", "a list"},
      {"packages: []\nname: has space\n", "env.yaml:2:7", "not a name"},
      {"packages: []\nname:\n", "env.yaml:2:6", "no value"},
      {"packages: []\npython: 3.1\n", "env.yaml:2:9", "did you mean \"3.10\""},
      {"packages: []\npython: 2.7\n", "env.yaml:2:9", "no base is known for Python 2.7"},
      {"packages: []\npython: \">=3.10\"\n", "env.yaml:2:9", "write one version"},
      {"packages: []\npython: 3.11.4\n", "env.yaml:2:9", "write python: \"3.11\""},
      {"packages: []\npython: 3\n", "env.yaml:2:9", "two numbers"},
      {"packages: []\npython: [3.11]\n", "env.yaml:2:9", "one text"},
      {"packages: []\nbase: {debian: bookwrm}\n", "env.yaml:2:16", "did you mean 'bookworm'"},
      {"packages: []\nbase: {debian: noble}\n", "env.yaml:2:16", "known are bullseye"},
      {"packages: []\nbase: {debian: bookworm, ubuntu: noble}\n", "env.yaml:2:7", "more or less than one"},
      {"packages: []\nbase: {}\n", "env.yaml:2:7", "more or less than one"},
      {"packages: []\nbase: two words\n", "env.yaml:2:7", "not a reference"},
      {"packages: []\nbase: [x]\n", "env.yaml:2:7", "a list"},
      // packages
      {"packages: numpy\n", "env.yaml:1:11", "a list is expected"},
      {"packages: {numpy: 1}\n", "env.yaml:1:11", "a mapping"},
      {"packages:\n  - numpy: 1.26\n", "env.yaml:2:5", "packages[0] is a mapping"},
      {"packages: [[numpy]]\n", "env.yaml:1:12", "packages[0] is a list"},
      {"packages: [\"\"]\n", "env.yaml:1:12", "no value"},
      {"packages: [numpy>=1.26, <2]\n", "env.yaml:1:25", "put quotes around"},
      {"packages: [\"numpy=1.26\"]\n", "env.yaml:1:18", "numpy"},
      {"packages: [https://example.org/a.whl]\n", "env.yaml:1:", "package's name first"},
      {"packages: [-r]\n", "env.yaml:1:12", "no file after"},
      {"packages: [-r no.txt]\n", "env.yaml:1:12", "there is no file 'no.txt'"},
      {"packages: [-r /etc/passwd]\n", "env.yaml:1:12", "absolute path"},
      {"packages: [-e]\n", "env.yaml:1:12", "no path after"},
      {"packages: [-e ../other]\n", "env.yaml:1:12", "outside the project"},
      {"packages: [-e /abs]\n", "env.yaml:1:12", "outside the project"},
      {"packages: [-e lib]\n", "env.yaml:1:12", "there is no folder 'lib'"},
      {"packages: [\"-e .[dev]\"]\n", "env.yaml:1:12", "extras"},
      {"packages: [-e git+https://example.org/x]\n", "env.yaml:1:12", "without -e"},
      {"packages: [--index-url https://x/simple]\n", "env.yaml:1:12", "indexes"},
      {"packages: [--pre]\n", "env.yaml:1:12", "--pre"},
      {"packages: []\nconstraints: [numpy]\n", "env.yaml:2:15", "not a name with versions"},
      {"packages: []\noverrides: [\"a @ https://x/a.whl\"]\n", "env.yaml:2:13", "not a name with versions"},
      {"packages: []\nsystem: git\n", "env.yaml:2:9", "a list is expected"},
      {"packages: []\nsystem: [Git]\n", "env.yaml:2:10", "not the name of a distribution package"},
      {"packages: []\nsystem: [git=1.0]\n", "env.yaml:2:10", "env.lock keeps the version"},
      // indexes, dates, platforms
      {"packages: []\nindexes: [{name: a}]\n", "env.yaml:2:11", "has no 'url'"},
      {"packages: []\nindexes: [{url: \"https://x/simple\"}]\n", "env.yaml:2:11", "has no 'name'"},
      {"packages: []\nindexes: [{name: a, url: pypi}]\n", "env.yaml:2:26", "not the url"},
      {"packages: []\nindexes: [{name: a, url: \"file:///x\"}]\n", "env.yaml:2:26", "not the url"},
      {"packages: []\nindexes: [{name: a, url: \"https://u:p@x/simple\"}]\n", "env.yaml:2:26",
       "holds a password"},
      {"packages: []\nindexes: [{name: a, url: \"https://x/\"}, {name: a, url: \"https://y/\"}]\n",
       "env.yaml:2:41", "two indexes"},
      {"packages: []\nexclude-newer: yesterday\n", "env.yaml:2:16", "not a date"},
      {"packages: []\nexclude-newer: 2026-02-30\n", "env.yaml:2:16", "not a date"},
      {"packages: []\nplatforms: [linux/mips]\n", "env.yaml:2:13", "linux/amd64"},
      {"packages: []\nplatforms: []\n", "env.yaml:2:12", "is empty"},
      {"packages: []\nplatforms: [linux/amd64, linux/amd64]\n", "env.yaml:2:26", "twice"},
      // gpu
      {"packages: []\ngpu: yes\n", "env.yaml:2:6", "true, false, optional"},
      {"packages: []\ngpu: {count: 0}\n", "env.yaml:2:14", "from 1 to 64"},
      {"packages: []\ngpu: {count: many}\n", "env.yaml:2:14", "from 1 to 64"},
      {"packages: []\ngpu: {memory: lots}\n", "env.yaml:2:15", "not a size"},
      {"packages: []\ngpu: {driver: 550}\n", "env.yaml:2:15", ">=550"},
      // run time
      {"packages: []\nenv: [A]\n", "env.yaml:2:6", "a mapping of names"},
      {"packages: []\nenv: {A-B: c}\n", "env.yaml:2:7", "not the name of an environment variable"},
      {"packages: []\nenv: {A: }\n", "env.yaml:2:", "no value"},
      {"packages: []\nenv: {A: [b]}\n", "env.yaml:2:10", "one text"},
      {"packages: []\nmounts: [\"~/data:/data:ro\"]\n", "env.yaml:2:10", "write it as"},
      {"packages: []\nmounts: [{source: a, target: data}]\n", "env.yaml:2:30", "not an absolute path"},
      {"packages: []\nmounts: [{source: a, target: /a/../b}]\n", "env.yaml:2:30", "not an absolute path"},
      {"packages: []\nmounts: [{source: a, target: /proc/x}]\n", "env.yaml:2:30",
       "which the container has itself"},
      {"packages: []\nmounts: [{source: a, target: /workspace}]\n", "env.yaml:2:30",
       "which the container has itself"},
      {"packages: []\nmounts: [{source: a, target: /d}, {source: b, target: /d}]\n", "env.yaml:2:35",
       "two mounts"},
      {"packages: []\nmounts: [{target: /d}]\n", "env.yaml:2:10", "has no 'source'"},
      {"packages: []\nmounts: [{source: a, target: /d, read-only: maybe}]\n", "env.yaml:2:45",
       "true or false"},
      {"packages: []\nports: [\"8080:80\"]\n", "env.yaml:2:9", "from 1 to 65535"},
      {"packages: []\nports: [0]\n", "env.yaml:2:9", "from 1 to 65535"},
      {"packages: []\nports: [65536]\n", "env.yaml:2:9", "from 1 to 65535"},
      {"packages: []\nports: [80.5]\n", "env.yaml:2:9", "from 1 to 65535"},
      {"packages: []\nports: [80, 80]\n", "env.yaml:2:13", "twice"},
      {"packages: []\nsetup: echo\n", "env.yaml:2:8", "a list is expected"},
      {"packages: []\ncommand: [a, b]\n", "env.yaml:2:10", "one text"},
      {"packages: []\nservices: [jupyter]\n", "env.yaml:2:11", "a mapping of names"},
      {"packages: []\nservices: {board: true}\n", "env.yaml:2:19", "has no command"},
      {"packages: []\nservices: {b: {command: x, port: 99999}}\n", "env.yaml:2:34", "65535"},
      {"packages: []\nservices: {b: {command: x, health: ready}}\n", "env.yaml:2:36", "begin with /"},
      {"packages: []\nnetwork: bridge\n", "env.yaml:2:10", "host, isolated or none"},
      {"packages: []\nresources: {cpus: fast}\n", "env.yaml:2:19", "number of cores"},
      {"packages: []\nresources: {cpus: -1}\n", "env.yaml:2:19", "number of cores"},
      {"packages: []\nresources: {memory: 0}\n", "env.yaml:2:21", "is 0"},
      {"packages: []\nresources: {memory: [1]}\n", "env.yaml:2:21", "one text"},
      {"packages: []\nsecrets: [\"A=b\"]\n", "env.yaml:2:11", "not the name"},
  }));
  const auto error = error_of(text);
  INFO(text << "=> " << all(error));
  CHECK(all(error).starts_with(place));
  CHECK(all(error).find(said) != std::string::npos);
}

TEST_CASE("a mistake in a requirements file has its place there", "[project][env_yaml]") {
  const Scratch scratch;
  scratch.write("requirements.txt", "numpy\n  pandas>=\n");
  CHECK(all(error_of("packages: [-r requirements.txt]", scratch.path())).starts_with("requirements.txt:2:"));
  scratch.write("requirements.txt", "--extra-index-url https://x\nnumpy\n");
  CHECK(all(error_of("packages: [-r requirements.txt]", scratch.path()))
            .starts_with("requirements.txt:1:1: the option"));
  scratch.write("requirements.txt", "-r missing.txt\n");
  CHECK(all(error_of("packages: [-r requirements.txt]", scratch.path())).find("no file 'missing.txt'") !=
        std::string::npos);
}

TEST_CASE("an included file is named beside env.yaml, wherever that is seen from", "[project][env_yaml]") {
  const Scratch scratch;
  scratch.write("more/r.txt", "pandas>=\n");
  const auto yaml = read_env_yaml({"../../env.yaml", "packages: [-r more/r.txt]"}, scratch.path());
  REQUIRE_FALSE(yaml.has_value());
  CHECK(yaml.error().place->file_or_url == "../../more/r.txt");
}

TEST_CASE("requirements files cannot nest without end", "[project][env_yaml]") {
  const Scratch scratch;
  for (int i = 0; i < 20; ++i)
    scratch.write("r" + std::to_string(i) + ".txt", "-r r" + std::to_string(i + 1) + ".txt\n");
  CHECK(all(error_of("packages: [-r r0.txt]", scratch.path())).find("too deeply") != std::string::npos);
}

TEST_CASE("a file of ten megabytes is refused by its size at once", "[project][env_yaml]") {
  const auto start = std::chrono::steady_clock::now();
  const auto error = error_of("packages: [" + std::string(10 << 20, 'a') + "]");
  CHECK(error.what.find("10.5 MB") != std::string::npos);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
}

TEST_CASE("nesting and aliases cannot exhaust the machine", "[project][env_yaml]") {
  const auto start = std::chrono::steady_clock::now();
  error_of("packages: " + std::string(500'000, '['));
  error_of("packages: " + std::string(500'000, '{'));
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const auto before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) bomb += (k > 0 ? ", " : "") + before;
    bomb += "]\n";
  }
  CHECK(error_of(bomb).what.find("more than 100000 values") != std::string::npos);
  CHECK(error_of("packages: &a [*a]").what.find("alias") != std::string::npos);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
}
