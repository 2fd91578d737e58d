#include "envtool/image/twin_sha256.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace envtool;
using namespace envtool::image;

namespace {

std::string noise(std::size_t size, std::uint32_t state) {
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return bytes;
}

}  // namespace

TEST_CASE("both digests are those of SHA-256, whatever the sizes and pieces", "[image]") {
  TwinSha256 twin;
  std::string outer;
  std::uint32_t seed = 1;
  for (const std::size_t size :
       {0UL, 1UL, 55UL, 56UL, 63UL, 64UL, 65UL, 119UL, 127UL, 128UL, 1000UL, 4096UL, 100'003UL}) {
    for (const std::size_t piece : {1UL, 7UL, 64UL, 100UL, 65'536UL}) {
      const std::string header = noise(512, ++seed), content = noise(size, ++seed);
      const std::string padding((512 - size % 512) % 512, '\0');
      twin.update_outer(header);
      twin.begin_inner();
      for (std::size_t at = 0; at < size; at += piece)
        twin.update_both(std::string_view(content).substr(at, piece));
      CHECK(twin.finish_inner() == Digest::of(content));
      twin.update_outer(padding);
      outer += header + content + padding;
    }
  }
  CHECK(twin.finish_outer() == Digest::of(outer));
}

TEST_CASE("the digest of nothing is the known one", "[image]") {
  TwinSha256 twin;
  CHECK(twin.finish_outer().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
