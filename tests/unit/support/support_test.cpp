#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "envtool/support/byte_count.hpp"
#include "envtool/support/digest.hpp"
#include "envtool/support/files.hpp"
#include "envtool/support/parallel.hpp"
#include "envtool/support/platform.hpp"
#include "envtool/support/text.hpp"
#include "envtool/support/url.hpp"

using namespace envtool;
namespace fs = std::filesystem;

namespace {
struct ScratchFolder {
  fs::path path = fs::temp_directory_path() / ("envtool-test-" + std::to_string(::getpid()));
  ScratchFolder() { fs::create_directories(path); }
  ~ScratchFolder() { fs::remove_all(path); }
};
}  // namespace

TEST_CASE("a digest is rendered as it is parsed", "[support]") {
  const Digest digest = Digest::of("abc");
  CHECK(digest.str() == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(Digest::parse(digest.str()).value() == digest);
  CHECK_FALSE(Digest::parse("sha256:xyz"));
}

TEST_CASE("sizes are shown in the units of downloads", "[support]") {
  CHECK(render(ByteCount{512}) == "512 B");
  CHECK(render(ByteCount{3200}) == "3.20 kB");
  CHECK(render(ByteCount{150'000'000}) == "150 MB");
  CHECK(parse_byte_count("8GiB").value().value == 8ULL << 30);
  CHECK(parse_byte_count("500MB").value().value == 500'000'000);
  CHECK_FALSE(parse_byte_count("8 bananas"));
}

TEST_CASE("a URL keeps its password to itself", "[support]") {
  const Url url = Url::parse("https://me:secret@Example.org:8080/simple/x/?a=b#sha256=1").value();
  CHECK(url.host == "example.org");
  CHECK(url.redacted() == "https://example.org:8080/simple/x/?a=b");
  CHECK(url.full() == "https://me:secret@example.org:8080/simple/x/?a=b#sha256=1");
}

TEST_CASE("a relative reference is resolved as RFC 3986 says", "[support]") {
  const Url base = Url::parse("https://a/b/c/d;p?q").value();
  CHECK(base.resolve("g").value().full() == "https://a/b/c/g");
  CHECK(base.resolve("../g").value().full() == "https://a/b/g");
  CHECK(base.resolve("../../../g").value().full() == "https://a/g");
  CHECK(base.resolve("/g").value().full() == "https://a/g");
  CHECK(base.resolve("./").value().full() == "https://a/b/c/");
  CHECK(base.resolve("..").value().full() == "https://a/b/");
  CHECK(base.resolve("//h/x").value().full() == "https://h/x");
}

TEST_CASE("a file is replaced whole", "[support]") {
  const ScratchFolder scratch;
  REQUIRE(write_atomic(scratch.path / "f", "one"));
  REQUIRE(write_atomic(scratch.path / "f", "two"));
  CHECK(read_file(scratch.path / "f").value() == "two");
  CHECK(std::distance(fs::directory_iterator(scratch.path), {}) == 1);
  CHECK(read_file(scratch.path / "absent").error().code == Code::not_found);
}

TEST_CASE("a folder that nobody may read is removed all the same", "[support]") {
  const ScratchFolder scratch;
  fs::create_directories(scratch.path / "work/work");
  fs::permissions(scratch.path / "work/work", fs::perms::none);
  REQUIRE(remove_tree(scratch.path / "work"));
  CHECK_FALSE(fs::exists(scratch.path / "work"));
}

TEST_CASE("a lock held by one is not given to another", "[support]") {
  const ScratchFolder scratch;
  const FileLock first = FileLock::acquire(scratch.path / "lock").value();
  CHECK_FALSE(FileLock::try_acquire(scratch.path / "lock").value().held());
}

TEST_CASE("the first error of parallel work is returned", "[support]") {
  const auto result = parallel_for(100, [](std::size_t i) -> Result<void> {
    if (i == 7) return fail(Code::io, "seven");
    return {};
  });
  REQUIRE_FALSE(result);
  CHECK(result.error().what == "seven");
}

TEST_CASE("the nearest key is offered only when it is near", "[support]") {
  const std::vector<std::string> keys{"packages", "platforms", "ports"};
  CHECK(nearest("pakages", keys) == "packages");
  CHECK_FALSE(nearest("zzzzzz", keys));
}
