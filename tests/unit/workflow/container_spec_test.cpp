#include "envtool/workflow/container_spec.hpp"

#include <catch2/catch.hpp>

using namespace envtool;
using namespace envtool::workflow;

TEST_CASE("a command is split as a shell splits words", "[workflow]") {
  using Words = std::vector<std::string>;
  CHECK(split_words("python train.py").value() == Words{"python", "train.py"});
  CHECK(split_words("  a\t b\n").value() == Words{"a", "b"});
  CHECK(split_words(R"(sh -c 'echo "hi there"')").value() == Words{"sh", "-c", "echo \"hi there\""});
  CHECK(split_words(R"("a \"b\" \n" c\ d)").value() == Words{"a \"b\" \\n", "c d"});
  CHECK(split_words("x '' y").value() == Words{"x", "", "y"});
  CHECK(split_words("").value().empty());
}

TEST_CASE("a quote that does not end is said with its place", "[workflow]") {
  const auto result = split_words("echo 'oops");
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::bad_input);
  CHECK(result.error().what.find("character 6") != std::string::npos);
}

TEST_CASE("the container starts in the folder that corresponds to the caller's", "[workflow]") {
  const std::filesystem::path project = "/home/me/course";
  CHECK(working_folder({.args = {}, .env = {}, .caller_folder = "/home/me/course/week1/lab", .terminal = false}, project) ==
        "/workspace/week1/lab");
  CHECK(working_folder({.args = {}, .env = {}, .caller_folder = "/home/me/course", .terminal = false}, project) == "/workspace");
  CHECK(working_folder({.args = {}, .env = {}, .caller_folder = "/home/me/elsewhere", .terminal = false}, project) == "/workspace");
  CHECK(working_folder({.args = {}, .env = {}, .caller_folder = "/home/me/course2", .terminal = false}, project) == "/workspace");
}

TEST_CASE("a variable that is set again replaces the first, and only that", "[workflow]") {
  std::vector<std::string> env{"A=1", "AB=2"};
  set_variable(env, "A", "3");
  CHECK(env == std::vector<std::string>{"AB=2", "A=3"});
}

TEST_CASE("the process is the request's, else the project's command, else a shell", "[workflow]") {
  ProjectState state;
  state.folder = "/p";
  oci::RuntimeSpec spec;
  REQUIRE(set_process(spec, {}, state));
  CHECK(spec.process.args == std::vector<std::string>{"/bin/bash"});
  state.yaml.command = project::Placed{.text = "python train.py --epochs '3 4'", .place = {}};
  REQUIRE(set_process(spec, {}, state));
  CHECK(spec.process.args == std::vector<std::string>{"python", "train.py", "--epochs", "3 4"});
  REQUIRE(set_process(spec, {.args = {"true"}, .env = {{"X", "y"}}, .caller_folder = {}, .terminal = true}, state));
  CHECK(spec.process.args == std::vector<std::string>{"true"});
  CHECK(spec.process.terminal);
  CHECK(spec.process.env == std::vector<std::string>{"X=y"});
}
