// Opening an archive: signatures, dates, digests, the cache.
#include <catch2/catch.hpp>
#include <fstream>

#include "tests/doubles/deb_archive.hpp"

using namespace envtool;
using namespace envtool::doubles;
namespace sys = envtool::resolve::system;
using Distribution = project::BaseFromArchive::Distribution;

namespace {

const std::string kRoot = "http://example.org/debian";
const Platform kPlatform{"linux", "amd64"};

sys::ArchiveLocation location(std::vector<std::string> suites = {"tiny"}) {
  sys::ArchiveLocation where{Distribution::debian, "tiny", {}, {"main"}};
  for (const auto& suite : suites) where.parts.push_back({kRoot, suite, suite == "tiny"});
  return where;
}

struct Fixture {
  TemporaryFolder folder;
  FakeArchive archive;
  RecordingEvents events;
  sys::ArchiveSources sources = sources_of(archive, folder.path);

  Result<sys::Archive> open(const sys::ArchiveLocation& where = location()) {
    return sys::Archive::open(where, kPlatform, sources, events);
  }
  Error refused(const sys::ArchiveLocation& where = location()) {
    auto opened = open(where);
    REQUIRE_FALSE(opened);
    return std::move(opened).error();
  }
  std::string in_release() const { return kRoot + "/dists/tiny/InRelease"; }
  std::string& list() {
    for (auto& [url, bytes] : archive.files) {
      if (url.find("by-hash") != std::string::npos) return bytes;
    }
    throw std::runtime_error("no list");
  }
};

bool says(const Error& error, const std::string& text) { return error.what.find(text) != std::string::npos; }

}  // namespace

TEST_CASE("a signed archive is opened and says what it has", "[resolve][system]") {
  Fixture f;
  f.archive.publish(kRoot, "tiny", package("aa", "1.0") + package("aa", "2.0"));
  const auto opened = f.open();
  REQUIRE(opened);
  CHECK(opened->newest("aa") == "2.0");
  CHECK(opened->versions("aa") == std::vector<std::string>{"2.0", "1.0"});
  CHECK_FALSE(opened->newest("bb"));
  REQUIRE(opened->releases().size() == 1);
  const auto& release = opened->releases()[0];
  CHECK(release.url == kRoot);
  CHECK(release.suite == "tiny");
  CHECK(release.components == std::vector<std::string>{"main"});
  CHECK(release.date == "2026-11-23T10:00:00Z");
  CHECK(release.in_release == Digest::of(f.archive.files[f.in_release()]));
}

TEST_CASE("a list compressed by xz alone is read too", "[resolve][system]") {
  Fixture f;
  f.archive.publish(kRoot, "tiny", package("aa", "1.0"), {.use_xz = true});
  const auto opened = f.open();
  REQUIRE(opened);
  CHECK(opened->newest("aa") == "1.0");
}

TEST_CASE("a Release that was changed after signing is refused", "[resolve][system]") {
  Fixture f;
  f.archive.publish(kRoot, "tiny", package("aa", "1.0"));
  auto& text = f.archive.files[f.in_release()];
  text.replace(text.find("Origin: Test"), 12, "Origin: Evil");
  const auto error = f.refused();
  CHECK(error.code == Code::digest_mismatch);
  CHECK(says(error, "no good signature"));
  CHECK(says(error, f.in_release()));
  CHECK(error.chain.front().find(f.in_release()) != std::string::npos);
}

TEST_CASE("a Release signed by a key that is in the keyring but not the distribution's is refused",
          "[resolve][system]") {
  Fixture f;
  f.archive.publish(kRoot, "tiny", package("aa", "1.0"), {.key = &stranger_key()});
  CHECK(says(f.refused(), "no good signature"));
  stranger_key().write_public(f.folder.path / "keyrings" / "stranger.gpg");
  f.sources.keyring = std::make_shared<sys::Keyring>(f.folder.path / "keyrings");
  CHECK(says(f.refused(), "not a key of the distribution"));
}

TEST_CASE("an unsigned Release is refused", "[resolve][system]") {
  Fixture f;
  f.archive.publish(kRoot, "tiny", package("aa", "1.0"));
  f.archive.files[f.in_release()] = "Origin: Test\nSuite: tiny\n";
  CHECK(says(f.refused(), "not signed"));
}

TEST_CASE("text around the signed part of a Release is refused", "[resolve][system]") {
  Fixture f;
  f.archive.publish(kRoot, "tiny", package("aa", "1.0"));
  f.archive.files[f.in_release()].insert(0, "Origin: Evil\n");
  CHECK(says(f.refused(), "not signed"));
  f.archive.publish(kRoot, "tiny", package("aa", "1.0"));
  f.archive.files[f.in_release()] += "Origin: Evil\n";
  CHECK(says(f.refused(), "outside its signature"));
}

TEST_CASE("without a keyring nothing is believed and the sentence says what to run", "[resolve][system]") {
  Fixture f;
  f.archive.publish(kRoot, "tiny", package("aa", "1.0"));
  f.sources.keyring = std::make_shared<sys::Keyring>(f.folder.path / "empty");
  const auto error = f.refused();
  CHECK(error.code == Code::not_found);
  REQUIRE_FALSE(error.hints.empty());
  CHECK(error.hints[0].find("fetch-keyrings") != std::string::npos);
}

TEST_CASE("an expired Release is refused, also when the cache has it", "[resolve][system]") {
  Fixture f;
  f.archive.publish(kRoot, "tiny", package("aa", "1.0"), {.valid_until = "Tue, 24 Nov 2026 12:05:00 UTC"});
  REQUIRE(f.open());
  f.sources.now = [] { return test_day() + std::chrono::hours(72); };
  CHECK(says(f.refused(), "expired 2 days ago"));
  f.archive.offline = true;
  CHECK(f.refused().code == Code::network);
}

TEST_CASE("another suite's Release is refused", "[resolve][system]") {
  Fixture f;
  f.archive.publish(kRoot, "tiny", package("aa", "1.0"), {.codename = "other"});
  CHECK(says(f.refused(), "the Release of 'other', not of tiny"));
}

TEST_CASE("a list that is not what the Release names is a digest mismatch, damaged or not",
          "[resolve][system]") {
  Fixture f;
  f.archive.publish(kRoot, "tiny", package("aa", "1.0"));
  SECTION("another list") { f.list() = gzip(package("aa", "6.6")); }
  SECTION("cut short") { f.list().resize(f.list().size() / 2); }
  SECTION("no compressed file at all") { f.list() = "<html>login</html>"; }
  SECTION("empty") { f.list().clear(); }
  CHECK(f.refused().code == Code::digest_mismatch);
}

TEST_CASE("a list that the archive itself damaged or malformed is bad input, with the list's name",
          "[resolve][system]") {
  Fixture f;
  SECTION("malformed") { f.archive.publish(kRoot, "tiny", "Package: aa\nnonsense\n\n"); }
  SECTION("a needed field is missing") {
    f.archive.publish(kRoot, "tiny", "Package: aa\nVersion: 1\nArchitecture: all\n\n");
  }
  const auto error = f.refused();
  CHECK(error.code == Code::bad_input);
  REQUIRE_FALSE(error.chain.empty());
  CHECK(error.chain.front().find("package list main of tiny") != std::string::npos);
}

TEST_CASE("a list is fetched by its hash, and by name where an archive has no hashes", "[resolve][system]") {
  Fixture f;
  f.archive.publish(kRoot, "tiny", package("aa", "1.0"));
  REQUIRE(f.open());
  CHECK(f.archive.requests().back().find("/by-hash/SHA256/") != std::string::npos);

  Fixture g;
  g.archive.publish(kRoot, "tiny", package("aa", "1.0"));
  std::erase_if(g.archive.files,
                [](const auto& file) { return file.first.find("by-hash") != std::string::npos; });
  REQUIRE(g.open());
  CHECK(g.archive.requests().back().ends_with("Packages.gz"));
}

TEST_CASE("a list whose connection breaks is fetched again, not for ever", "[resolve][system]") {
  Fixture f;
  f.archive.publish(kRoot, "tiny", package("aa", "1.0"));
  f.archive.breaks = 2;
  CHECK(f.open()->newest("aa") == "1.0");
  f.sources.cache = f.folder.path / "other";
  f.archive.breaks = 3;
  CHECK(f.refused().code == Code::network);
}

TEST_CASE("a part that is not required may be absent, the suite itself may not", "[resolve][system]") {
  Fixture f;
  f.archive.publish(kRoot, "tiny", package("aa", "1.0"));
  const auto opened = f.open(location({"tiny", "tiny-updates"}));
  REQUIRE(opened);
  CHECK(opened->releases().size() == 1);
  CHECK(f.events.warnings.empty());
  REQUIRE(f.open(location({"tiny", "tiny-security"})));
  REQUIRE(f.events.warnings.size() == 1);
  CHECK(f.events.warnings[0].find("tiny-security is not in the archive") != std::string::npos);
  f.archive.files.clear();
  f.sources.cache = f.folder.path / "other";
  CHECK(f.refused().code == Code::not_found);
}

TEST_CASE("an archive without the architecture is refused", "[resolve][system]") {
  Fixture f;
  f.archive.publish(kRoot, "tiny", package("aa", "1.0"), {}, "main", "arm64");
  const auto error = f.refused();
  CHECK(error.code == Code::unsupported);
  CHECK(says(error, "linux/amd64"));
}

TEST_CASE("within ten minutes nothing is asked again, and the answers are the same", "[resolve][system]") {
  Fixture f;
  f.archive.publish(kRoot, "tiny", package("aa", "1.0") + package("bb", "3.0"));
  REQUIRE(f.open());
  f.archive.forget_requests();
  f.sources.now = [] { return test_day() + std::chrono::seconds(599); };
  const auto again = f.open();
  REQUIRE(again);
  CHECK(again->newest("bb") == "3.0");
  CHECK(again->releases()[0].in_release == Digest::of(f.archive.files[f.in_release()]));
  CHECK(f.archive.requests().empty());
}

TEST_CASE("after ten minutes only the Release is asked, and a 304 costs no list", "[resolve][system]") {
  Fixture f;
  f.archive.publish(kRoot, "tiny", package("aa", "1.0"));
  f.archive.headers[f.in_release()] = {{"etag", "\"v1\""}};
  REQUIRE(f.open());
  f.archive.forget_requests();
  f.sources.now = [] { return test_day() + std::chrono::seconds(601); };
  REQUIRE(f.open());
  CHECK(f.archive.requests() == std::vector<std::string>{f.in_release()});
  f.archive.forget_requests();
  REQUIRE(f.open());
  CHECK(f.archive.requests().empty());
}

TEST_CASE("a new Release brings its new list, and the old index is removed", "[resolve][system]") {
  Fixture f;
  f.archive.publish(kRoot, "tiny", package("aa", "1.0"));
  REQUIRE(f.open());
  f.archive.publish(kRoot, "tiny", package("aa", "1.1"), {.date = "Tue, 24 Nov 2026 11:00:00 UTC"});
  f.sources.now = [] { return test_day() + std::chrono::hours(1); };
  CHECK(f.open()->newest("aa") == "1.1");
  std::size_t indexes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(f.folder.path / "cache" / "archive")) {
    if (entry.path().extension() == ".index") ++indexes;
  }
  CHECK(indexes == 1);
}

TEST_CASE("a young Release whose lists are gone is asked for again", "[resolve][system]") {
  Fixture f;
  f.archive.publish(kRoot, "tiny", package("aa", "1.0"));
  REQUIRE(f.open());
  f.archive.files.clear();
  f.archive.publish(kRoot, "tiny", package("aa", "1.1"), {.date = "Tue, 24 Nov 2026 11:00:00 UTC"});
  for (const auto& entry : std::filesystem::directory_iterator(f.folder.path / "cache" / "archive")) {
    if (entry.path().extension() == ".index") std::filesystem::remove(entry.path());
  }
  const auto opened = f.open();
  REQUIRE(opened);
  CHECK(opened->newest("aa") == "1.1");
}

TEST_CASE("an older Release than the one read before is not believed", "[resolve][system]") {
  Fixture f;
  f.archive.publish(kRoot, "tiny", package("aa", "2.0"));
  REQUIRE(f.open());
  f.archive.publish(kRoot, "tiny", package("aa", "1.0"), {.date = "Mon, 02 Nov 2026 10:00:00 UTC"});
  f.sources.now = [] { return test_day() + std::chrono::hours(1); };
  CHECK(f.open()->newest("aa") == "2.0");
  REQUIRE(f.events.warnings.size() == 1);
  CHECK(f.events.warnings[0].find("older") != std::string::npos);
}

TEST_CASE("without network the lists read before are used, and that is said", "[resolve][system]") {
  Fixture f;
  f.archive.publish(kRoot, "tiny", package("aa", "1.0"));
  REQUIRE(f.open());
  f.archive.offline = true;
  f.sources.now = [] { return test_day() + std::chrono::hours(1); };
  REQUIRE(f.open());
  REQUIRE(f.events.warnings.size() == 1);
  CHECK(f.events.warnings[0].find("cannot reach") != std::string::npos);
}

TEST_CASE("damaged files in the cache are read anew", "[resolve][system]") {
  Fixture f;
  f.archive.publish(kRoot, "tiny", package("aa", "1.0"));
  REQUIRE(f.open());
  for (const auto& entry : std::filesystem::directory_iterator(f.folder.path / "cache" / "archive")) {
    std::ofstream(entry.path(), std::ios::trunc) << "damaged\n\ndamaged";
  }
  const auto opened = f.open();
  REQUIRE(opened);
  CHECK(opened->newest("aa") == "1.0");
}

TEST_CASE("the public archives of six suites are known, no other", "[resolve][system]") {
  for (const char* suite : {"bullseye", "bookworm", "trixie"}) {
    const auto where = sys::archive_of({Distribution::debian, suite}, kPlatform);
    REQUIRE(where);
    CHECK(where->parts.size() == 3);
    CHECK(where->parts[2].url.ends_with("debian-security"));
  }
  CHECK(sys::archive_of({Distribution::ubuntu, "noble"}, kPlatform)->parts[0].url ==
        "http://archive.ubuntu.com/ubuntu");
  CHECK(sys::archive_of({Distribution::ubuntu, "noble"}, {"linux", "arm64"})->parts[0].url ==
        "http://ports.ubuntu.com/ubuntu-ports");
  CHECK_FALSE(sys::archive_of({Distribution::debian, "noble"}, kPlatform));
}
