#include "envtool/cli/arguments/parser.hpp"

#include <catch2/catch.hpp>

using namespace envtool;
using namespace envtool::cli;

namespace {
using Words = std::vector<std::string>;

struct Lock {
  CommonOptions common;
  bool upgrade = false, check = false;
  std::set<std::string> packages;
  Result<void> parse(const Words& words) {
    Parser parser("lock", common);
    parser.bind("--upgrade", upgrade).bind("--upgrade-package", packages).bind("--check", check);
    CHECK(parser.unbound().empty());
    return parser.parse(words);
  }
};
struct Run {
  CommonOptions common;
  bool locked = false, print_spec = false;
  std::vector<std::pair<std::string, std::string>> env;
  Words command;
  Result<void> parse(const Words& words) {
    Parser parser("run", common);
    parser.bind("--locked", locked).bind("--print-spec", print_spec).bind("--env", env).command(command);
    return parser.parse(words);
  }
};
Error error_of(const Words& words) {
  Lock lock;
  const auto result = lock.parse(words);
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == Code::usage);
  CHECK(exit_code(result.error().code) == 2);
  REQUIRE_FALSE(result.error().hints.empty());
  return result.error();
}
}  // namespace

TEST_CASE("options are read in every spelling", "[cli]") {
  const auto words = GENERATE(Words{"--upgrade-package", "numpy", "--check", "-v"},
                              Words{"--upgrade-package=numpy", "-v", "--check"},
                              Words{"-P", "numpy", "--verbose", "--check"}, Words{"-vPnumpy", "--check"});
  Lock lock;
  REQUIRE(lock.parse(words).has_value());
  CHECK(lock.packages == std::set<std::string>{"numpy"});
  CHECK(lock.check);
  CHECK(lock.common.verbose);
  CHECK_FALSE(lock.upgrade);
}

TEST_CASE("a list option keeps every value, a single one the last", "[cli]") {
  Lock lock;
  REQUIRE(lock.parse({"-P", "a", "-P", "b", "-C", "/x", "-C", "/y"}).has_value());
  CHECK(lock.packages == std::set<std::string>{"a", "b"});
  CHECK(lock.common.project == "/y");
}

TEST_CASE("the command of run begins at its first word, whatever it looks like", "[cli]") {
  Run run;
  REQUIRE(run.parse({"--locked", "python", "-v", "--locked", "--", "x"}).has_value());
  CHECK(run.command == Words{"python", "-v", "--locked", "--", "x"});
  CHECK_FALSE(run.common.verbose);

  Run dashes;
  REQUIRE(dashes.parse({"--", "--check", "-x"}).has_value());
  CHECK(dashes.command == Words{"--check", "-x"});

  Run none;
  REQUIRE(none.parse({"-q"}).has_value());
  CHECK(none.command.empty());
}

TEST_CASE("a variable is set, or passed on from the caller", "[cli]") {
  ::setenv("ENVTOOL_TEST_VALUE", "here", 1);
  ::unsetenv("ENVTOOL_TEST_ABSENT");
  Run run;
  REQUIRE(run.parse({"-e", "A=b=c", "-eB=", "--env=ENVTOOL_TEST_VALUE", "--env", "ENVTOOL_TEST_ABSENT", "x"})
              .has_value());
  CHECK(run.env == std::vector<std::pair<std::string, std::string>>{
                       {"A", "b=c"}, {"B", ""}, {"ENVTOOL_TEST_VALUE", "here"}});
}

TEST_CASE("a misspelled option names the nearest one", "[cli]") {
  CHECK(error_of({"--upgrad"}).hints[0].find("--upgrade") != std::string::npos);
  CHECK(error_of({"--chekc"}).hints[0].find("--check") != std::string::npos);
  CHECK(error_of({"--detach"}).what.find("env lock") != std::string::npos);
  CHECK(error_of({"-z"}).what.find("-z") != std::string::npos);
  CHECK(error_of({"--"
                  "upgrade-pack",
                  "numpy"})
            .hints[0]
            .find("--upgrade-package") != std::string::npos);
}

TEST_CASE("what does not fit is refused", "[cli]") {
  CHECK(error_of({"-P"}).what.find("needs a value") != std::string::npos);
  CHECK(error_of({"--check=yes"}).what.find("takes no value") != std::string::npos);
  CHECK(error_of({"numpy"}).what.find("does not take 'numpy'") != std::string::npos);
  CHECK(error_of({"--", "numpy"}).what.find("does not take 'numpy'") != std::string::npos);

  CommonOptions common;
  std::optional<ByteCount> keep;
  int tail = 0;
  CHECK(Parser("gc", common).bind("--keep", keep).parse(Words{"--keep", "much"}).error().code == Code::usage);
  CHECK(Parser("gc", common).bind("--keep", keep).parse(Words{"--keep", "2G"}).has_value());
  CHECK(keep == ByteCount{2ULL << 30});
  for (const auto* bad : {"-1", "x", "1x", "", "99999999999"})
    CHECK_FALSE(Parser("logs", common).bind("--tail", tail).parse(Words{"-n", bad}).has_value());
  CHECK(Parser("logs", common).bind("--tail", tail).parse(Words{"-n5"}).has_value());
  CHECK(tail == 5);
}

TEST_CASE("one operand may be given, not two", "[cli]") {
  CommonOptions common;
  std::optional<std::string> name;
  CHECK(Parser("init", common).operand(name).parse(Words{}).has_value());
  CHECK_FALSE(name.has_value());
  CHECK(Parser("init", common).operand(name).parse(Words{"torch", "-v"}).has_value());
  CHECK(name == "torch");
  CHECK(common.verbose);
  name.reset();
  CHECK(Parser("init", common).operand(name).parse(Words{"--", "torch"}).has_value());
  CHECK(name == "torch");
  name.reset();
  CHECK_FALSE(Parser("init", common).operand(name).parse(Words{"torch", "course"}).has_value());
}
