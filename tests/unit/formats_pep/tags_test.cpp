#include "envtool/formats/pep/tags.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace envtool::pep;

namespace {

TagTarget target(std::string_view python, std::string_view libc, std::string_view machine) {
  return *TagTarget::of(python, libc, machine);
}

std::optional<std::uint32_t> rank(const TagRanks& ranks, std::string_view tag) {
  const auto a = tag.find('-'), b = tag.rfind('-');
  return ranks.rank(tag.substr(0, a), tag.substr(a + 1, b - a - 1), tag.substr(b + 1));
}

}  // namespace

TEST_CASE("wheels rank from the most to the least specific", "[formats][pep]") {
  const TagRanks ranks(target("3.11.2", "glibc 2.36", "x86_64"));
  const std::vector<std::string> best_first = {"cp311-cp311-linux_x86_64",
                                               "cp311-cp311-manylinux_2_36_x86_64",
                                               "cp311-cp311-manylinux_2_17_x86_64",
                                               "cp311-cp311-manylinux2014_x86_64",
                                               "cp311-cp311-manylinux1_x86_64",
                                               "cp311-abi3-manylinux_2_17_x86_64",
                                               "cp311-none-manylinux_2_17_x86_64",
                                               "cp37-abi3-manylinux_2_17_x86_64",
                                               "cp32-abi3-manylinux1_x86_64",
                                               "py311-none-manylinux_2_17_x86_64",
                                               "py3-none-manylinux_2_17_x86_64",
                                               "cp311-none-any",
                                               "py311-none-any",
                                               "py3-none-any",
                                               "py310-none-any",
                                               "py30-none-any"};
  for (std::size_t i = 1; i < best_first.size(); ++i) {
    INFO(best_first[i]);
    REQUIRE(rank(ranks, best_first[i]));
    CHECK(*rank(ranks, best_first[i - 1]) < *rank(ranks, best_first[i]));
  }
}

TEST_CASE("wheels for another Python, machine or C library do not install", "[formats][pep]") {
  const TagRanks ranks(target("3.11", "glibc 2.31", "aarch64"));
  for (const auto* tag : {"cp312-cp312-manylinux_2_17_aarch64", "cp311-cp311-manylinux_2_17_x86_64",
                          "cp311-cp311-manylinux_2_34_aarch64", "cp311-cp311-manylinux_2_12_aarch64",
                          "cp311-cp311-musllinux_1_1_aarch64", "cp311-cp311-win_amd64",
                          "cp311-cp311t-linux_aarch64", "py2-none-any", "cp311-cp311-any",
                          "pp310-pypy310_pp73-linux_aarch64", "--", "cp312-abi3-linux_aarch64"}) {
    INFO(tag);
    CHECK_FALSE(rank(ranks, tag));
  }
}

TEST_CASE("a compressed tag set ranks as its best member", "[formats][pep]") {
  const TagRanks ranks(target("3.11", "glibc 2.36", "x86_64"));
  CHECK(rank(ranks, "py2.py3-none-any") == rank(ranks, "py3-none-any"));
  CHECK(rank(ranks, "cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64") ==
        rank(ranks, "cp311-cp311-manylinux_2_17_x86_64"));
}

TEST_CASE("free-threaded builds have their own stable ABI", "[formats][pep]") {
  auto free_threaded = target("3.14", "glibc 2.42", "x86_64");
  free_threaded.free_threaded = true;
  const TagRanks ranks(free_threaded);
  CHECK(rank(ranks, "cp314-cp314t-linux_x86_64") == 0);
  CHECK(rank(ranks, "cp314-abi3t-linux_x86_64"));
  CHECK_FALSE(rank(ranks, "cp314-abi3-linux_x86_64"));
  CHECK_FALSE(rank(ranks, "cp314-cp314-linux_x86_64"));
}

TEST_CASE("musl systems take musllinux wheels up to their own version", "[formats][pep]") {
  const TagRanks ranks(target("3.12", "musl 1.2", "x86_64"));
  CHECK(rank(ranks, "cp312-cp312-musllinux_1_1_x86_64"));
  CHECK_FALSE(rank(ranks, "cp312-cp312-musllinux_1_3_x86_64"));
  CHECK_FALSE(rank(ranks, "cp312-cp312-manylinux1_x86_64"));
}

TEST_CASE("a target is read from the fields of a lock and refuses nonsense", "[formats][pep]") {
  CHECK(target("3.11.2", "glibc 2.36", "x86_64").python_minor == 11);
  for (const auto* python : {"", "3", "x.y", "3.4000000000"})
    CHECK_FALSE(TagTarget::of(python, "glibc 2.36", "x86_64"));
  for (const auto* libc : {"", "glibc", "bionic 1.0", "glibc 2"})
    CHECK_FALSE(TagTarget::of("3.11", libc, "x86_64"));
}

TEST_CASE("compressed tags expand, malformed and monstrous ones do not", "[formats][pep]") {
  CHECK(parse_tag("py2.py3-none-any")->size() == 2);
  for (const auto* tag : {"", "py3-none", "py3-none-any-x", "py3..py2-none-any", "3-none-any", "-none-any"})
    CHECK_FALSE(parse_tag(tag));
  std::string many = "a";
  for (int i = 0; i < 60; ++i) many += ".a" + std::to_string(i);
  CHECK_FALSE(parse_tag(many + "-" + many + "-" + many));
}
