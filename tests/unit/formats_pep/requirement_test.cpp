#include "envtool/formats/pep/requirement.hpp"

#include <catch2/catch.hpp>

using namespace envtool;
using pep::Requirement;

namespace {

Requirement read(std::string_view text) {
  const auto result = Requirement::parse(text);
  INFO(text);
  REQUIRE(result);
  return *result;
}

Error refused(std::string_view text) {
  const auto result = Requirement::parse(text);
  INFO(text);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::bad_input);
  return result.error();
}

std::string hint(std::string_view text) {
  const auto error = refused(text);
  return error.hints.empty() ? "" : error.hints.front();
}

}  // namespace

TEST_CASE("a requirement is read whole", "[formats][pep]") {
  const auto r = read(" Scikit_Learn [B.c, a,b-C] >=1.0 , <2 ; python_version > '3.8' ");
  CHECK(r.name == "Scikit_Learn");
  CHECK(r.key == "scikit-learn");
  CHECK(r.extras == std::vector<std::string>{"a", "b-c"});
  CHECK(r.specifier.str() == "<2,>=1.0");
  REQUIRE(r.marker);
  CHECK(r.str() == "Scikit_Learn[a,b-c]<2,>=1.0; python_version > \"3.8\"");
  CHECK(read("name (>=1.0,<2)").specifier.str() == "<2,>=1.0");
  CHECK(read("name()").specifier.empty());
  CHECK(read("name[]").extras.empty());
  CHECK(read("name==1.*").specifier.str() == "==1.*");
  CHECK(read("A.B-c_d") == read("a-b_c.d"));
}

TEST_CASE("a requirement by URL keeps the URL and ends it at a space", "[formats][pep]") {
  const auto r = read("mylib @ git+https://example.org/mylib@v1.2#subdirectory=py ; os_name == 'posix'");
  CHECK(r.url == "git+https://example.org/mylib@v1.2#subdirectory=py");
  CHECK(r.marker->str() == "os_name == \"posix\"");
  CHECK(r.str() == "mylib @ git+https://example.org/mylib@v1.2#subdirectory=py ; os_name == \"posix\"");
  CHECK(read("mylib[x]@https://example.org/a.whl").extras == std::vector<std::string>{"x"});
  CHECK(hint("mylib @ https://example.org/a.whl os_name == 'x'") == "a marker behind a URL begins with ' ;'");
}

TEST_CASE("common slips get the advice that mends them", "[formats][pep]") {
  CHECK(hint("scikit learn") == "did you mean scikit-learn? Otherwise write one package a line");
  CHECK(hint("numpy=1.2") == "write numpy==1.2 for exactly this version");
  CHECK(hint("numpy 1.2") == "write numpy==1.2 for exactly this version, or >=1.2");
  CHECK(hint("numpy=>1.2") == "write numpy>=1.2");
  CHECK(hint("numpy>=1.2 <2") == "put a comma between versions: numpy>=1.2,<2");
  CHECK(hint("numpy>=1.*") == "only == and != take .*: write >=1");
  CHECK(hint("git+https://example.org/x") == "write `name @ url`");
  CHECK(hint("https://example.org/x.whl") == "write `name @ url`");
  CHECK(hint("pip install numpy") == "write only the names of packages, one a line");
  CHECK(hint("numpy[extra") == "write name[extra1,extra2]");
  CHECK(hint("") == "write the name of a package, such as numpy");
  CHECK(hint("numpy\xC2\xA0>=1") == "there is an unusual space, as web pages have: type a plain one");
}

TEST_CASE("errors point at the column", "[formats][pep]") {
  CHECK(refused("numpy>=1.0,<2.x").place->column == 14);
  CHECK(refused("numpy ; python_verson > '3'").place->column == 9);
  CHECK(refused("numpy[a b]").place->column == 9);
  CHECK(refused("_numpy").place->column == 1);
  CHECK(refused("numpy_").place->column == 6);
  CHECK(refused("numpy (>=1").place->column == 7);
  CHECK(refused("numpy>=1;").place->column == 10);
  CHECK(refused("numpy===a,b").place->column == 11);
  CHECK(read("numpy===a,>=1").specifier.clauses().size() == 2);
}

TEST_CASE("published requirements with known mistakes are read leniently, others refused as before",
          "[formats][pep]") {
  const auto lenient = [](std::string_view text) {
    const auto result = Requirement::parse_lenient(text);
    return result ? result->str() : "error";
  };
  CHECK(lenient("foo (>=1.0.*) ; extra == 'x'") == "foo>=1.0; extra == \"x\"");
  CHECK(lenient("foo >=1.0 <2") == "foo<2,>=1.0");
  CHECK(lenient("foo>=1.0dev-r5") == "error");
  CHECK(lenient("foo bar") == "error");
}

TEST_CASE("names normalise as PEP 503 says", "[formats][pep]") {
  CHECK(pep::normalize_name("Friendly-._.-Bard") == "friendly-bard");
  CHECK(pep::is_valid_name("A.b_c-1"));
  for (const auto* name : {"", "-a", "a_", "a b", "\xC3\xA9", "a\n"}) CHECK_FALSE(pep::is_valid_name(name));
  CHECK(pep::is_normalized_name("a-b"));
  CHECK_FALSE(pep::is_normalized_name("a--b"));
}
