#include "envtool/formats/pep/marker.hpp"

#include <catch2/catch.hpp>

using namespace envtool;
using pep::Marker;
using pep::MarkerEnvironment;

namespace {

const MarkerEnvironment kImage = MarkerEnvironment::cpython("3.11.2", *Platform::parse("linux/arm64"));

bool holds(std::string_view text, const std::set<std::string>& extras = {}) {
  const auto marker = Marker::parse(text);
  INFO(text);
  REQUIRE(marker);
  const auto result = marker->evaluate(kImage, {extras, {"dev"}});
  REQUIRE(result);
  return *result;
}

Error refused(std::string_view text) {
  const auto marker = Marker::parse(text);
  INFO(text);
  REQUIRE_FALSE(marker);
  return marker.error();
}

}  // namespace

TEST_CASE("the environment is the image's", "[formats][pep]") {
  CHECK(kImage.python_version == "3.11");
  CHECK(kImage.platform_machine == "aarch64");
  CHECK(holds("platform_machine == 'aarch64' and sys_platform == 'linux' and os_name == 'posix'"));
  CHECK(MarkerEnvironment::cpython("3.14.0rc1", *Platform::parse("linux/amd64")).python_version == "3.14");
}

TEST_CASE("versions compare as versions, other variables as texts", "[formats][pep]") {
  CHECK(holds("python_version > '3.9'"));
  CHECK_FALSE(holds("python_version < '3.9'"));
  CHECK(holds("'3.9' < python_version"));
  CHECK(holds("python_full_version ~= '3.11.1'"));
  CHECK(holds("python_version == '3.*'"));
  CHECK_FALSE(holds("platform_machine > 'aaa'"));
  CHECK(holds("python_version in '3.10 3.11'"));
  CHECK(holds("sys_platform not in 'win32 darwin'"));
  CHECK(holds("'linux' in sys_platform"));
  CHECK_FALSE(holds("platform_release >= '20'"));
}

TEST_CASE("and binds tighter than or, parentheses tighter than both", "[formats][pep]") {
  CHECK(holds("os_name == 'posix' or os_name == 'nt' and os_name == 'nt'"));
  CHECK_FALSE(holds("(os_name == 'posix' or os_name == 'nt') and os_name == 'nt'"));
}

TEST_CASE("extras compare normalised, alone and several at once", "[formats][pep]") {
  CHECK(holds("extra == 'Test_Extra'", {"test.extra"}));
  CHECK(holds("'test-extra' == extra", {"a", "Test.Extra"}));
  CHECK_FALSE(holds("extra == 'test'"));
  CHECK(holds("extra != 'test'"));
  CHECK_FALSE(holds("extra != 'test'", {"a", "test"}));
  CHECK(holds("'Test' in extras", {"test"}));
  CHECK(holds("'x' not in extras", {"test"}));
  CHECK(holds("'Dev' in dependency_groups"));
  CHECK(Marker::parse("os_name == 'x' or (extra == 'y' and os_name == 'z')")->mentions_extra());
  CHECK_FALSE(Marker::parse("os_name == 'extra'")->mentions_extra());
}

TEST_CASE("old spellings of variables still work", "[formats][pep]") {
  CHECK(holds("os.name == 'posix'"));
  CHECK(holds("platform.machine == 'aarch64'"));
  CHECK(holds("python_implementation == 'CPython'"));
}

TEST_CASE("a comparison without meaning is an error, or false where that is asked for", "[formats][pep]") {
  const auto marker = Marker::parse("os_name ~= 'posix'");
  REQUIRE(marker);
  CHECK_FALSE(marker->evaluate(kImage));
  CHECK_FALSE(marker->holds(kImage));
  CHECK_FALSE(Marker::parse("extras == 'a'")->evaluate(kImage));
}

TEST_CASE("a malformed marker is told with its column and what was meant", "[formats][pep]") {
  const auto typo = refused("os_name == 'x' and python_verson > '3'");
  CHECK(typo.place->column == 20);
  CHECK(typo.hints.front() == "did you mean python_version?");
  CHECK(refused("python_version = '3'").hints.front() == "write == to compare");
  CHECK(refused("'python_version' > '3'").hints.front() == "write python_version without quotes");
  CHECK(refused("os_name == posix").hints.front() == "put texts in quotes: \"posix\"");
  CHECK(refused("os_name == 'posix").place->column == 12);
  CHECK(refused("(os_name == 'a'").place->column == 1);
  CHECK(refused("os_name == 'a' os_name == 'b'").place->column == 16);
  CHECK(refused("").place->column == 1);
  CHECK(refused("os_name == 'a' and").code == Code::bad_input);
  CHECK(refused("os_name not == 'a'").code == Code::bad_input);
  CHECK(refused(std::string(100'000, '(')).code == Code::bad_input);
}

TEST_CASE("a marker renders normalised and parses back", "[formats][pep]") {
  const auto str = [](std::string_view text) { return Marker::parse(text)->str(); };
  CHECK(str("((os.name=='posix'))and( extra=='A_b' or extra==\"c\" )") ==
        R"(os_name == "posix" and (extra == "a-b" or extra == "c"))");
  CHECK(str(R"(os_name == 'say "hi"')") == R"(os_name == 'say "hi"')");
  for (const auto* text : {R"(os_name == "C:\\x")", R"(os_name == "both \x22 and '")", R"(os_name == "\0\n")",
                           R"(os_name == '\u00e9')"}) {
    const auto marker = Marker::parse(text);
    REQUIRE(marker);
    CHECK(*Marker::parse(marker->str()) == *marker);
  }
  CHECK(str(R"(os_name == '\u00e9\x41')") ==
        "os_name == \"\xC3\xA9"
        "A\"");
  CHECK(*Marker::parse("os_name=='a'") == *Marker::parse("os_name == \"a\""));
}
