// How METADATA comes out of a wheel on a server.
#include <catch2/catch.hpp>
#include <random>

#include "envtool/resolve/python/remote_zip.hpp"
#include "fake_index.hpp"

namespace envtool::resolve::python::test {
namespace {

/// Feeds a reader from bytes in memory. Out: METADATA or "error: …", and how many ranges it took.
std::pair<std::string, int> read_by_ranges(const std::string& name, const std::string& bytes) {
  RemoteMetadata reader(name, bytes.size());
  for (int round = 1; round < 20; ++round) {
    auto [first, last] = reader.wanted();
    if (last >= bytes.size() || first > last) return {"error: asks beyond the file", round};
    auto text = reader.take(bytes.substr(first, last - first + 1));
    if (!text) return {"error: " + text.error().what, round};
    if (*text) return {**text, round};
  }
  return {"error: endless", 20};
}

std::string noise(std::size_t size) {
  std::mt19937 random(1);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

}  // namespace

TEST_CASE("METADATA at the end of a wheel takes one range, at its front two", "[resolve][python]") {
  doubles::ZipBuilder behind, front;
  behind.add("big.bin", noise(300'000)).add("a-1.0.dist-info/METADATA", "Name: a\n");
  front.add("a-1.0.dist-info/METADATA", "Name: a\n").add("big.bin", noise(300'000));
  CHECK(read_by_ranges("a-1.0-py3-none-any.whl", behind.build()) ==
        std::pair<std::string, int>("Name: a\n", 1));
  CHECK(read_by_ranges("a-1.0-py3-none-any.whl", front.build()) ==
        std::pair<std::string, int>("Name: a\n", 2));
}

TEST_CASE("a directory larger than the first range is fetched whole", "[resolve][python]") {
  doubles::ZipBuilder zip;
  zip.add("a-1.0.dist-info/METADATA", "Name: a\n");
  for (int i = 0; i < 2000; ++i)
    zip.add("a/some/folder/with/a/long/name/module" + std::to_string(i) + ".py", "");
  auto [text, rounds] = read_by_ranges("a-1.0-py3-none-any.whl", zip.build());
  CHECK(text == "Name: a\n");
  CHECK(rounds <= 3);
}

TEST_CASE("only the wheel's own dist-info counts, in any spelling", "[resolve][python]") {
  doubles::ZipBuilder zip;
  zip.add("vendored/b-1.0.dist-info/METADATA", "Name: b\n")
      .add("My.Pkg-1.0.dist-info/METADATA", "Name: my-pkg\n");
  CHECK(read_by_ranges("my_pkg-1.0-py3-none-any.whl", zip.build()).first == "Name: my-pkg\n");
  doubles::ZipBuilder none;
  none.add("other-1.0.dist-info/METADATA", "Name: other\n");
  CHECK(contains(read_by_ranges("a-1.0-py3-none-any.whl", none.build()).first, "has no METADATA"));
}

TEST_CASE("damaged and hostile wheels are refused", "[resolve][python]") {
  doubles::ZipBuilder good;
  good.add("a-1.0.dist-info/METADATA", "Name: a\n");
  const std::string bytes = good.build();
  CHECK(contains(read_by_ranges("a-1.0-py3-none-any.whl", noise(5000)).first, "error"));
  CHECK(
      contains(read_by_ranges("a-1.0-py3-none-any.whl", bytes.substr(0, bytes.size() - 30)).first, "error"));
  doubles::ZipBuilder lies = good;
  lies.members[0].crc_lie = 1;
  CHECK(contains(read_by_ranges("a-1.0-py3-none-any.whl", lies.build()).first, "damaged"));
  lies = good;
  lies.members[0].size_lie = 1;
  CHECK(contains(read_by_ranges("a-1.0-py3-none-any.whl", lies.build()).first, "damaged"));
  lies.members[0].size_lie = 1LL << 30;
  CHECK(contains(read_by_ranges("a-1.0-py3-none-any.whl", lies.build()).first, "error"));
}

TEST_CASE("metadata that the index offers beside the wheel is taken, and checked", "[resolve][python]") {
  const std::string text = "Metadata-Version: 2.1\nName: a\nVersion: 1.0\nRequires-Dist: b\n";
  FakeIndex index;
  index.add({"b", "1.0"});
  SECTION("with the right hash") {
    index.add(
        {"a", "1.0", {}, "py3-none-any", R"(,"core-metadata":{"sha256":")" + Digest::of(text).hex() + "\"}"});
    index.server.serve("/files/a-1.0-py3-none-any.whl.metadata", text);
    Asking ask(index);
    ask.want("a");
    CHECK(ask.picks() == "a 1.0, b 1.0");
    CHECK(index.server.hits("/files/a-1.0-py3-none-any.whl") == 0);
  }
  SECTION("with a wrong hash it is fatal") {
    index.add(
        {"a", "1.0", {}, "py3-none-any", R"(,"core-metadata":{"sha256":")" + std::string(64, '1') + "\"}"});
    index.server.serve("/files/a-1.0-py3-none-any.whl.metadata", text);
    Asking ask(index);
    ask.want("a");
    auto failed = ask.resolve();
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().code == Code::digest_mismatch);
  }
  SECTION("and where it is not there after all the wheel has it") {
    index.add({"a", "1.0", {"b"}, "py3-none-any", R"(,"data-dist-info-metadata":true)"});
    Asking ask(index);
    ask.want("a");
    CHECK(ask.picks() == "a 1.0, b 1.0");
  }
}

TEST_CASE("a server without byte ranges gives the whole wheel, which is checked", "[resolve][python]") {
  FakeIndex index;
  index.add({"a", "1.0", {"b"}});
  index.add({"b", "1.0"});
  net::Client client;
  net::Request request;
  request.url = Url::parse(index.server.url("/files/a-1.0-py3-none-any.whl")).value();
  doubles::HttpAnswer whole;
  whole.body = client.fetch(request)->body;
  index.server.on("/files/a-1.0-py3-none-any.whl", whole);
  Asking ask(index);
  ask.want("a");
  CHECK(ask.picks() == "a 1.0, b 1.0");
  whole.body[whole.body.size() / 2] ^= 1;
  index.server.on("/files/a-1.0-py3-none-any.whl", whole);
  auto failed = ask.resolve();
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().code == Code::digest_mismatch);
}

TEST_CASE("a wheel whose metadata names another package is passed over", "[resolve][python]") {
  FakeIndex index;
  index.add({"a", "1.0"});
  doubles::ZipBuilder zip;
  zip.add("a-2.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: evil\nVersion: 2.0\n");
  index.put({"a", "2.0"}, "a-2.0-py3-none-any.whl", zip.build());
  Asking ask(index);
  ask.want("a");
  CHECK(ask.picks() == "a 1.0");
}

TEST_CASE("a source distribution is taken when there is no wheel, its static metadata believed",
          "[resolve][python]") {
  FakeIndex index;
  index.add({"b", "1.0"});
  doubles::ZipBuilder zip;
  zip.add("a-1.0/PKG-INFO", "Metadata-Version: 2.2\nName: a\nVersion: 1.0\nRequires-Dist: b\n");
  index.put({"a", "1.0"}, "a-1.0.zip", zip.build());
  Asking ask(index);
  ask.want("a");
  CHECK(contains(ask.picks(), "there is only a source distribution"));
  ask.plan_only = true;
  CHECK(ask.picks() == "a 1.0, b 1.0");
}

}  // namespace envtool::resolve::python::test
