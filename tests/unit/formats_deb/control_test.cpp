#include "envtool/formats/deb/control.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "envtool/formats/deb/ar.hpp"
#include "envtool/formats/deb/dependency.hpp"
#include "envtool/formats/deb/release.hpp"

namespace deb = envtool::deb;
using namespace std::chrono_literals;

TEST_CASE("a control file gives its paragraphs, names without case, values with their continuation lines",
          "[formats][deb]") {
  const auto read =
      deb::parse_control("# comment\nPackage: a\nDescription: short\n long\n .\n\n\nPACKAGE:b\n");
  REQUIRE(read);
  REQUIRE(read->size() == 2);
  CHECK((*read)[0].get("package") == "a");
  CHECK((*read)[0].get("Description") == "short\n long\n .");
  CHECK((*read)[1].get("Package") == "b");
  CHECK((*read)[1].get("Depends").empty());
}

TEST_CASE("a malformed control line is reported with its number", "[formats][deb]") {
  const auto read = deb::parse_control("Package: a\nnonsense\n");
  REQUIRE_FALSE(read);
  CHECK(read.error().place->line == 2);
  CHECK_FALSE(deb::parse_control(" continuation\n"));
  CHECK_FALSE(deb::parse_control(std::string_view("A: \0\n", 5)));
}

TEST_CASE("a dependency field gives groups of alternatives with qualifier and relation", "[formats][deb]") {
  const auto read = deb::parse_dependencies("python3:any (>= 3.9~),\n a | b(<<2) ,, c ( = 1:2-3 )");
  REQUIRE(read);
  REQUIRE(read->size() == 3);
  CHECK((*read)[0][0] == deb::Dependency{"python3", "any", deb::Relation::greater_equal, "3.9~"});
  CHECK((*read)[1][0] == deb::Dependency{"a", "", deb::Relation::any, ""});
  CHECK((*read)[1][1] == deb::Dependency{"b", "", deb::Relation::less, "2"});
  CHECK((*read)[2][0] == deb::Dependency{"c", "", deb::Relation::equal, "1:2-3"});
  CHECK(deb::parse_dependencies("")->empty());
}

TEST_CASE("a malformed dependency is refused", "[formats][deb]") {
  for (const char* bad :
       {"a |", "| a", "a (1)", "a (>= )x", "a:", "a [amd64]", "a <!nocheck>", "a (== 1)", "(>= 1)"}) {
    INFO(bad);
    CHECK_FALSE(deb::parse_dependencies(bad));
  }
}

TEST_CASE("a version satisfies a relation or not", "[formats][deb]") {
  CHECK(deb::satisfies("1.0-1", deb::Relation::greater_equal, "1.0"));
  CHECK_FALSE(deb::satisfies("1.0~rc1", deb::Relation::greater_equal, "1.0"));
  CHECK(deb::satisfies("1.0", deb::Relation::equal, "1.0-0"));
  CHECK_FALSE(deb::satisfies("1.0", deb::Relation::greater, "1.0"));
  CHECK(deb::satisfies("0.9", deb::Relation::less, "1.0"));
}

namespace {
const std::string kDigest(64, 'a');
std::string release_text(const std::string& date, const std::string& list) {
  return "Origin: Test\nSuite: stable\nCodename: tiny\nDate: " + date +
         "\nValid-Until: Sat, 18 Jul 2026 12:16:37 +0200\nAcquire-By-Hash: yes\nArchitectures: all amd64\n"
         "Components: main universe\nSHA256:\n" +
         list;
}
}  // namespace

TEST_CASE("a Release gives its package lists, dates and components", "[formats][deb]") {
  const auto read = deb::parse_release(release_text(
      "Sat, 11 Jul 2026 10:16:37 UTC",
      " " + kDigest + "  123 main/binary-amd64/Packages.gz\n " + kDigest + " 5 main/Contents-amd64.gz\n"));
  REQUIRE(read);
  CHECK(read->codename == "tiny");
  CHECK(read->components == std::vector<std::string>{"main", "universe"});
  CHECK(read->acquire_by_hash);
  CHECK(read->date == std::chrono::sys_days(std::chrono::year(2026) / 7 / 11) + 10h + 16min + 37s);
  CHECK(*read->valid_until == std::chrono::sys_days(std::chrono::year(2026) / 7 / 18) + 10h + 16min + 37s);
  REQUIRE(read->packages.size() == 1);
  CHECK(read->packages.at("main/binary-amd64/Packages.gz").size.value == 123);
}

TEST_CASE("a Release with a bad date, list or shape is refused", "[formats][deb]") {
  const std::string good = "Sat, 11 Jul 2026 10:16:37 UTC";
  CHECK_FALSE(deb::parse_release(release_text("yesterday", " " + kDigest + " 1 main/Packages\n")));
  CHECK_FALSE(deb::parse_release(
      release_text("Sat, 31 Feb 2026 10:16:37 UTC", " " + kDigest + " 1 main/Packages\n")));
  CHECK_FALSE(deb::parse_release(release_text(good, " abc 1 main/binary-amd64/Packages\n")));
  CHECK_FALSE(deb::parse_release(release_text(good, " " + kDigest + " -1 main/binary-amd64/Packages\n")));
  CHECK_FALSE(deb::parse_release(release_text(good, "") + "\n\nPackage: x\n"));
  CHECK_FALSE(deb::parse_release("Date: " + good + "\n"));
}

TEST_CASE("only one clear-signed text with nothing around it counts as signed", "[formats][deb]") {
  const std::string body =
      "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nDate: x\n-----BEGIN PGP SIGNATURE-----\n\nab\n";
  const std::string end = "-----END PGP SIGNATURE-----\n";
  CHECK(deb::check_clear_signed(body + end));
  CHECK_FALSE(deb::check_clear_signed("Date: x\n"));
  CHECK_FALSE(deb::check_clear_signed(body));
  CHECK_FALSE(deb::check_clear_signed("Evil: yes\n" + body + end));
  CHECK_FALSE(deb::check_clear_signed(body + end + "Evil: yes\n"));
}

namespace {
std::string member(std::string name, const std::string& bytes, const std::string& size = "") {
  std::string length = size.empty() ? std::to_string(bytes.size()) : size;
  name.resize(16, ' ');
  length.resize(10, ' ');
  return name + "0           0     0     100644  " + length + "`\n" + bytes +
         (bytes.size() % 2 == 1 ? "\n" : "");
}
}  // namespace

TEST_CASE("a package file gives its control and data tars", "[formats][deb]") {
  const auto file = "!<arch>\n" + member("debian-binary", "2.0\n") + member("control.tar.xz", "abc") +
                    member("data.tar.zst/", "de");
  const auto read = deb::parse_deb(file);
  REQUIRE(read);
  CHECK(read->control.name == "control.tar.xz");
  CHECK(read->control.bytes == "abc");
  CHECK(read->data.name == "data.tar.zst");
  CHECK(read->data.bytes == "de");
}

TEST_CASE("a broken or foreign package file is refused", "[formats][deb]") {
  const auto binary = member("debian-binary", "2.0\n");
  const auto control = member("control.tar", "x");
  CHECK_FALSE(deb::parse_deb("MZ"));
  CHECK_FALSE(deb::parse_deb("!<arch>\n"));
  CHECK_FALSE(deb::parse_deb("!<arch>\n" + binary + control));
  CHECK_FALSE(deb::parse_deb("!<arch>\n" + control + member("data.tar", "x")));
  CHECK_FALSE(
      deb::parse_deb("!<arch>\n" + member("debian-binary", "3.0\n") + control + member("data.tar", "x")));
  CHECK_FALSE(deb::parse_ar("!<arch>\n" + member("a", "x", "99")));
  CHECK_FALSE(deb::parse_ar("!<arch>\n" + member("a", "x", "-1")));
  CHECK_FALSE(deb::parse_ar("!<arch>\n" + std::string(30, 'x')));
}
