#include "envtool/cli/arguments/help.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "envtool/cli/arguments/completion.hpp"
#include "envtool/cli/arguments/options.hpp"
#include "envtool/cli/verbs.hpp"

using namespace envtool::cli;

TEST_CASE("every verb that is ready has a page with its options", "[cli]") {
  for (const auto& verb : kVerbs) {
    const auto page = help_page(verb.name);
    INFO(verb.name);
    REQUIRE(page.has_value());
    CHECK(page->find("env " + std::string(verb.name)) != std::string::npos);
    CHECK((page->find("comes with a later version") != std::string::npos) == !verb.ready);
    CHECK(overview().find("\n  " + std::string(verb.name) + " ") != (verb.ready ? std::string::npos : 0));
    for (const auto& option : kOptions) {
      if (option.verb == verb.name || option.verb.empty())
        CHECK(page->find(option.name) != std::string::npos);
    }
  }
  CHECK_FALSE(help_page("nonsense").has_value());
}

TEST_CASE("the pages of the two files are there", "[cli]") {
  CHECK(help_page("env.yaml")->find("packages") != std::string::npos);
  CHECK(help_page("env.lock")->find("digest") != std::string::npos);
}

TEST_CASE("options belong to verbs, with names and letters of their own", "[cli]") {
  std::set<std::string> seen;
  for (const auto& option : kOptions) {
    INFO(option.verb << " " << option.name);
    CHECK((option.verb.empty() || find_verb(option.verb) != nullptr));
    CHECK(option.name.starts_with("--"));
    CHECK(seen.insert(std::string(option.verb) + std::string(option.name)).second);
    if (option.letter != 0) CHECK(seen.insert(std::string(option.verb) + " -" + option.letter).second);
  }
}

TEST_CASE("the launcher takes our verbs and nothing else", "[cli]") {
  static_assert(is_verb("up") && is_verb("--version") && is_verb("--help"));
  static_assert(!is_verb("python") && !is_verb("-i") && !is_verb("FOO=1") && !is_verb("") && !is_verb("--"));
  CHECK(nearest_verb("upp") == "up");
  CHECK(nearest_verb("buidl") == "build");
  CHECK_FALSE(nearest_verb("zzzzzzzz").has_value());
}

TEST_CASE("completions offer each verb and option once", "[cli]") {
  for (const auto shell : {Shell::bash, Shell::zsh, Shell::fish}) {
    const auto script = completion_script(shell);
    for (const auto& verb : kVerbs) {
      if (verb.ready) CHECK(script.find(verb.name) != std::string::npos);
    }
    CHECK(script.find("upgrade-package") != std::string::npos);
    CHECK(script.find("login") == std::string::npos);
  }
}
