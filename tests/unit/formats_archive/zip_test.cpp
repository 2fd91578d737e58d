#include "envtool/formats/archive/zip.hpp"

#include <catch2/catch.hpp>
#include <thread>

#include "tests/doubles/zip_builder.hpp"

using namespace envtool;
using namespace envtool::archive;
using envtool::doubles::ZipBuilder;

namespace {

/// Opens and reads every member; the first error.
Result<std::vector<std::string>> read_zip(const std::string& bytes, ZipLimits limits = {}) {
  const MemoryAccess source(bytes);
  ENVTOOL_TRY(const ZipReader reader, ZipReader::open(source, "test.whl", limits));
  std::vector<std::string> contents;
  for (const ZipMember& member : reader.members()) {
    ENVTOOL_TRY(std::string content, reader.read(member, 64_MiB));
    contents.push_back(std::move(content));
  }
  return contents;
}

Code code_of(const std::string& bytes, ZipLimits limits = {}) {
  const auto contents = read_zip(bytes, limits);
  REQUIRE_FALSE(contents);
  CHECK(contents.error().what.find("test.whl") != std::string::npos);
  return contents.error().code;
}

std::string noise(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t state = 7;
  for (char& c : bytes) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return bytes;
}

ZipBuilder one(ZipBuilder::Member member) {
  ZipBuilder zip;
  zip.members.push_back(std::move(member));
  return zip;
}

}  // namespace

TEST_CASE("stored and deflated members of every size unpack to their bytes", "[archive]") {
  ZipBuilder zip;
  std::vector<std::string> expected;
  const std::string random = noise(700'000);
  for (const std::size_t size : {0UL, 1UL, 1000UL, 131'000UL, 131'072UL, 262'144UL, 262'145UL, 700'000UL}) {
    for (const bool text : {false, true}) {
      for (const bool deflate : {false, true}) {
        expected.push_back(text ? std::string(size, 'x') : random.substr(0, size));
        zip.members.push_back(
            {.name = "m" + std::to_string(expected.size()), .content = expected.back(), .deflate = deflate});
      }
    }
  }
  const auto contents = read_zip(zip.build());
  REQUIRE(contents);
  CHECK(*contents == expected);
}

TEST_CASE("zip64 fields, data descriptors and a comment after the end are read", "[archive]") {
  ZipBuilder zip;
  zip.members.push_back({.name = "a", .content = "one", .zip64 = true});
  zip.members.push_back({.name = "b", .content = "two", .descriptor = true});
  zip.zip64_end = true;
  zip.comment = "a comment with PK\x05\x06 in it";
  const auto contents = read_zip(zip.build());
  REQUIRE(contents);
  CHECK(*contents == std::vector<std::string>{"one", "two"});
  ZipBuilder empty;
  CHECK(read_zip(empty.build())->empty());
}

TEST_CASE("the unix mode of a member is kept", "[archive]") {
  const std::string bytes = ZipBuilder().add("tool", "#!", 0100755).build();
  const MemoryAccess source(bytes);
  CHECK(ZipReader::open(source, "test.whl")->find("tool")->unix_mode == 0100755);
}

TEST_CASE("the directory can be read from the last bytes alone", "[archive]") {
  const std::string bytes = ZipBuilder().add("data", noise(10'000)).add("METADATA", "Name: x\n").build();
  const std::string_view tail = std::string_view(bytes).substr(bytes.size() - 400);
  const auto place = find_zip_directory(tail, bytes.size(), "test.whl");
  REQUIRE(place);
  CHECK(place->members == 2);
  const auto members =
      parse_zip_directory(std::string_view(bytes).substr(place->offset, place->size), *place, "test.whl");
  REQUIRE(members);
  CHECK(members->at(1).name == "METADATA");
}

TEST_CASE("an archive that its own headers contradict is refused", "[archive]") {
  CHECK(code_of(one({.name = "good.py", .content = "x", .local_name = "evil.py"}).build()) ==
        Code::hostile_archive);
  std::string bytes = ZipBuilder().add("a", "content").build();
  bytes[18] ^= 1;  // compressed size in the local header
  CHECK(code_of(bytes) == Code::hostile_archive);
  bytes[18] ^= 1;
  bytes[14] ^= 1;  // CRC
  CHECK(code_of(bytes) == Code::hostile_archive);
  bytes[14] ^= 1;
  bytes[8] = 0;  // method
  CHECK(code_of(bytes) == Code::hostile_archive);
}

TEST_CASE("two members of one name are refused", "[archive]") {
  CHECK(code_of(ZipBuilder().add("a", "1").add("a", "2").build()) == Code::hostile_archive);
}

TEST_CASE("bytes before, after or between the parts are refused", "[archive]") {
  const std::string good = ZipBuilder().add("a", "1").build();
  CHECK(code_of("prefix" + good) == Code::hostile_archive);
  CHECK(code_of(good + "suffix") == Code::bad_input);
  const std::size_t end = good.rfind("PK\x05\x06");
  CHECK(code_of(good.substr(0, end) + "gap" + good.substr(end)) == Code::hostile_archive);
}

TEST_CASE("encrypted members and unknown methods are refused by name", "[archive]") {
  CHECK(code_of(one({.name = "secret", .content = "x", .flags = 1}).build()) == Code::unsupported);
  CHECK(code_of(one({.name = "lzma", .content = "x", .method_override = 14}).build()) == Code::unsupported);
}

TEST_CASE("a member larger or smaller than declared is an error", "[archive]") {
  CHECK(code_of(one({.name = "a", .content = std::string(1000, 'x'), .size_lie = -999}).build()) ==
        Code::hostile_archive);
  CHECK(code_of(one({.name = "a", .content = std::string(1000, 'x'), .size_lie = 5}).build()) ==
        Code::bad_input);
  CHECK(code_of(one({.name = "a", .content = std::string(900'000, 'x'), .size_lie = -300'000}).build()) ==
        Code::hostile_archive);
  CHECK(code_of(one({.name = "a", .content = std::string(900'000, 'x'), .size_lie = 300'000}).build()) ==
        Code::bad_input);
  CHECK(code_of(one({.name = "a", .content = "abc", .deflate = false, .size_lie = 2}).build()) ==
        Code::bad_input);
}

TEST_CASE("a wrong CRC is found", "[archive]") {
  CHECK(code_of(one({.name = "a", .content = "abc", .crc_lie = 1}).build()) == Code::bad_input);
  CHECK(code_of(one({.name = "a", .content = noise(600'000), .crc_lie = 1}).build()) == Code::bad_input);
}

TEST_CASE("damaged deflate data is an error", "[archive]") {
  std::string bytes =
      ZipBuilder().add("a", noise(400'000).substr(0, 300'000) + std::string(100'000, 'z')).build();
  for (const std::size_t at : {40UL, 100'000UL, 299'000UL}) {
    std::string damaged = bytes;
    for (std::size_t i = 0; i < 64; ++i) damaged[at + i] = static_cast<char>(damaged[at + i] ^ 0x5a);
    // Damage may also look like more bytes than declared.
    const Code code = code_of(damaged);
    CHECK((code == Code::bad_input || code == Code::hostile_archive));
  }
}

TEST_CASE("a zip bomb is refused before it unpacks", "[archive]") {
  const std::string zeros(8 << 20, '\0');
  CHECK(code_of(ZipBuilder().add("bomb", zeros).build(), {.ratio_from = 1_MiB}) == Code::hostile_archive);
  CHECK(read_zip(ZipBuilder().add("small", std::string(60'000, '\0')).build(), {.ratio_from = 1_MiB}));
  CHECK(code_of(ZipBuilder().add("a", zeros).add("b", zeros).build(), {.total = 12_MiB}) ==
        Code::hostile_archive);
  ZipBuilder many;
  for (int i = 0; i < 20; ++i) many.add("m" + std::to_string(i), "");
  CHECK(code_of(many.build(), {.members = 10}) == Code::hostile_archive);
  CHECK(code_of(one({.name = "a", .content = "abc", .size_lie = 1LL << 31}).build(), {.total = 1_MiB}) ==
        Code::hostile_archive);
}

TEST_CASE("members that share bytes are refused", "[archive]") {
  std::string bytes = ZipBuilder().add("a", noise(100)).add("b", noise(100)).build();
  const std::size_t second = bytes.rfind("PK\x01\x02");
  bytes[second + 42] = bytes[second + 43] = 0;  // b's header offset: a's
  CHECK(code_of(bytes) == Code::hostile_archive);
}

TEST_CASE("an archive cut anywhere is an error and never a crash", "[archive]") {
  ZipBuilder zip;
  zip.add("a", noise(300)).add("b", std::string(300, 'b'));
  zip.zip64_end = true;
  const std::string bytes = zip.build();
  for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(read_zip(bytes.substr(0, size)));
}

TEST_CASE("an archive with any byte changed is an error, the same files, or a changed mode", "[archive]") {
  const std::string bytes = ZipBuilder().add("a", "some text").add("b", noise(300)).build();
  const auto good = read_zip(bytes);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 0x81);
    const auto contents = read_zip(changed);
    if (contents) CHECK(*contents == *good);
  }
}

TEST_CASE("members can be read from several threads at once", "[archive]") {
  ZipBuilder zip;
  for (int i = 0; i < 40; ++i)
    zip.add("m" + std::to_string(i), noise(50'000 + static_cast<std::size_t>(i) * 9'000));
  const std::string bytes = zip.build();
  const MemoryAccess source(bytes);
  const auto reader = ZipReader::open(source, "test.whl");
  REQUIRE(reader);
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (const ZipMember& member : reader->members()) {
        const auto content = reader->read(member, 64_MiB);
        if (!content || content->size() != member.size) ++wrong[static_cast<std::size_t>(t)];
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == std::vector<int>(4, 0));
}
