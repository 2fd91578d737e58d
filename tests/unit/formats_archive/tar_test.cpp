#include "envtool/formats/archive/tar.hpp"

#include <catch2/catch.hpp>
#include <cstdio>

using namespace envtool;
using namespace envtool::archive;

namespace {

using Type = TarEntry::Type;

std::string pack(const std::vector<std::pair<TarEntry, std::string>>& entries) {
  std::string bytes;
  TarWriter writer([&](std::string_view piece) {
    bytes += piece;
    return Result<void>{};
  });
  for (const auto& [entry, content] : entries) {
    REQUIRE(writer.add(entry));
    REQUIRE(writer.write(content));
  }
  REQUIRE(writer.finish());
  CHECK(writer.written().value == bytes.size());
  return bytes;
}

Result<std::vector<std::pair<TarEntry, std::string>>> unpack(std::string_view bytes, TarLimits limits = {}) {
  MemoryStream source(bytes);
  TarReader reader(source, "test.tar", limits);
  std::vector<std::pair<TarEntry, std::string>> entries;
  while (true) {
    ENVTOOL_TRY(auto entry, reader.next());
    if (!entry) return entries;
    ENVTOOL_TRY(std::string content, reader.read_content(64_MiB));
    entries.emplace_back(*entry, content);
  }
}

TarEntry file(std::string path, std::uint64_t size) {
  TarEntry entry;
  entry.path = std::move(path);
  entry.size = size;
  entry.mode = 0644;
  return entry;
}

/// One header block by hand, so that hostile fields can be made.
std::string block(std::string_view name, char flag, std::string_view size_octal = "0",
                  std::string_view link = "") {
  std::string header(512, '\0');
  header.replace(0, name.size(), name);
  header.replace(100, 7, "0000644");
  header.replace(124, size_octal.size(), size_octal);
  header[156] = flag;
  header.replace(157, link.size(), link);
  header.replace(257, 7, "ustar  ");
  std::uint32_t sum = 8 * ' ';
  for (std::size_t i = 0; i < 512; ++i)
    if (i < 148 || i >= 156) sum += static_cast<unsigned char>(header[i]);
  char digits[8];
  std::snprintf(digits, sizeof digits, "%06o", sum);
  header.replace(148, 7, digits, 7);
  return header;
}
std::string padded(std::string text) {
  text.resize((text.size() + 511) / 512 * 512);
  return text;
}
const std::string kEnd(1024, '\0');

}  // namespace

TEST_CASE("entries of every kind are written and read back the same", "[archive]") {
  const std::string content(1000, 'c');
  std::vector<std::pair<TarEntry, std::string>> entries;
  TarEntry folder;
  folder.type = Type::directory;
  folder.path = "usr/lib";
  folder.mode = 01777;
  entries.emplace_back(folder, "");
  TarEntry plain = file("usr/lib/plain", content.size());
  plain.mtime = 315532800;
  plain.uid = 33;
  plain.xattrs["security.capability"] = std::string("\x01\0\0\n=\x02", 6);
  entries.emplace_back(plain, content);
  TarEntry link;
  link.type = Type::symlink;
  link.path = "usr/lib/" + std::string(200, 'l');
  link.link = "../" + std::string(150, 't');
  entries.emplace_back(link, "");
  TarEntry hard = file("usr/hard", 0);
  hard.type = Type::hardlink;
  hard.link = "usr/lib/plain";
  entries.emplace_back(hard, "");
  TarEntry device;
  device.type = Type::character_device;
  device.path = "dev/null";
  device.device_major = 1;
  device.device_minor = 3;
  entries.emplace_back(device, "");
  TarEntry big_owner = file("big", 0);
  big_owner.uid = 4'000'000'000U;
  big_owner.mtime = -5;
  entries.emplace_back(big_owner, "");
  const auto back = unpack(pack(entries));
  REQUIRE(back);
  REQUIRE(back->size() == entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) CHECK(back->at(i) == entries[i]);
}

TEST_CASE("names of every length survive", "[archive]") {
  for (std::size_t length = 95; length < 300; ++length) {
    std::string path(length, 'a');
    for (std::size_t i = 40; i < length - 1; i += 41) path[i] = '/';
    const auto back = unpack(pack({{file(path, 0), ""}}));
    REQUIRE(back);
    CHECK(back->at(0).first.path == path);
  }
}

TEST_CASE("a name that fits needs no pax header", "[archive]") {
  CHECK(pack({{file("short", 0), ""}}).size() == 512 + 1024);
  CHECK(pack({{file(std::string(100, 'a') + "/" + std::string(100, 'b'), 0), ""}}).size() == 512 + 1024);
  CHECK(pack({{file(std::string(180, 'a'), 0), ""}}).size() == 3 * 512 + 1024);
}

TEST_CASE("an entry whose bytes do not match its size cannot be written", "[archive]") {
  TarWriter writer([](std::string_view) { return Result<void>{}; });
  REQUIRE(writer.add(file("a", 3)));
  CHECK_FALSE(writer.write("four"));
  CHECK_FALSE(writer.finish());
}

TEST_CASE("GNU long names and base-256 sizes are read", "[archive]") {
  const std::string name = std::string(150, 'n') + "/" + std::string(149, 'n'), target(200, 't');
  std::string header = block("././@LongLink", 'L', "455") + padded(name + '\0');
  header += block("././@LongLink", 'K', "311") + padded(target + '\0') + block("cut", '2', "0", "cut");
  const auto back = unpack(header + kEnd);
  REQUIRE(back);
  CHECK(back->at(0).first.path == name);
  CHECK(back->at(0).first.link == target);
  const std::string huge("\x80\0\0\0\0\0\0\0\0\0\0\x05", 12);
  const auto sized = unpack(block("f", '0', huge) + padded("12345") + kEnd);
  REQUIRE(sized);
  CHECK(sized->at(0).second == "12345");
}

TEST_CASE("paths are cleaned, and those that leave the root are refused", "[archive]") {
  CHECK(unpack(block("./usr//bin/./env", '0') + kEnd)->at(0).first.path == "usr/bin/env");
  CHECK(unpack(block("/etc/passwd", '0') + kEnd)->at(0).first.path == "etc/passwd");
  CHECK(unpack(block("./", '5') + kEnd)->at(0).first.path.empty());
  for (const char* bad : {"../x", "a/../../x", "a/..", ".."}) {
    const auto entries = unpack(block(bad, '0') + kEnd);
    REQUIRE_FALSE(entries);
    CHECK(entries.error().code == Code::hostile_archive);
    CHECK(entries.error().what.find("test.tar") != std::string::npos);
  }
  CHECK(unpack(block("x", '1', "0", "../../etc/shadow") + kEnd).error().code == Code::hostile_archive);
  CHECK(unpack(block(".", '0') + kEnd).error().code == Code::hostile_archive);
  CHECK(unpack(block("x", '2', "0", "") + kEnd).error().code == Code::hostile_archive);
}

TEST_CASE("a pax header cannot smuggle a path past the guard", "[archive]") {
  const std::string record = "18 path=../escape\n";
  const auto entries = unpack(block("x", 'x', "22") + padded(record) + block("innocent", '0') + kEnd);
  REQUIRE_FALSE(entries);
  CHECK(entries.error().code == Code::hostile_archive);
}

TEST_CASE("damaged archives are errors", "[archive]") {
  const std::string good = pack({{file("a", 600), std::string(600, 'x')}});
  std::string wrong_sum = good;
  wrong_sum[0] = 'b';
  CHECK(unpack(wrong_sum).error().code == Code::bad_input);
  CHECK(unpack(good.substr(0, 700)).error().code == Code::bad_input);
  CHECK(unpack(good.substr(0, 100)).error().code == Code::bad_input);
  CHECK(unpack(block("a", 'x', "5") + padded("99 a=b\n") + kEnd).error().code == Code::bad_input);
  CHECK(unpack(block("a", '0', "not octal") + kEnd).error().code == Code::bad_input);
}

TEST_CASE("kinds that are not supported say so", "[archive]") {
  CHECK(unpack(block("a", 'S') + kEnd).error().code == Code::unsupported);
  CHECK(unpack(block("a", 'V') + kEnd).error().code == Code::unsupported);
  const std::string record = "22 GNU.sparse.major=1\n";
  CHECK(unpack(block("a", 'x', "26") + padded(record) + block("a", '0') + kEnd).error().code ==
        Code::unsupported);
}

TEST_CASE("limits on entries, sizes and headers hold", "[archive]") {
  std::string many;
  for (int i = 0; i < 20; ++i) many += block("a" + std::to_string(i), '0');
  CHECK(unpack(many + kEnd, {.entries = 10, .total = 1_MiB}).error().code == Code::hostile_archive);
  CHECK(unpack(block("a", '0', "77777777777") + kEnd, {.entries = 10, .total = 1_MiB}).error().code ==
        Code::hostile_archive);
  CHECK(unpack(block("a", 'x', "77777777777") + kEnd).error().code == Code::hostile_archive);
  MemoryStream source(many);
  TarReader reader(source, "test.tar");
  REQUIRE(reader.next());
}

TEST_CASE("content that is not read is skipped", "[archive]") {
  const std::string bytes = pack({{file("a", 70'000), std::string(70'000, 'x')}, {file("b", 3), "end"}});
  MemoryStream source(bytes);
  TarReader reader(source, "test.tar");
  REQUIRE(reader.next());
  std::array<char, 10> few{};
  REQUIRE(*reader.read(few) == 10);
  const auto second = reader.next();
  REQUIRE(second);
  CHECK((*second)->path == "b");
  CHECK(*reader.read_content(1_MiB) == "end");
}
