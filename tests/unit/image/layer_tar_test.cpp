#include "envtool/image/layer_tar.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "envtool/formats/archive/tar.hpp"
#include "tests/unit/image/image_fixture.hpp"

using namespace envtool;
using namespace envtool::image;
using namespace envtool::image::test;
using archive::TarEntry;

namespace {

store::Tree tree(const Folder& folder, const std::string& name) {
  const store::Tree made{Digest::of(name), folder.path() / name, {}};
  REQUIRE(make_directories(made.root));
  return made;
}

void put(const store::Tree& tree, const std::string& path, const std::string& content, mode_t mode = 0644) {
  REQUIRE(make_directories((tree.root / path).parent_path()));
  REQUIRE(write_atomic(tree.root / path, content, mode, false));
  REQUIRE(::chmod((tree.root / path).c_str(), mode) == 0);
}

struct Listed {
  std::vector<std::string> paths;
  std::map<std::string, TarEntry> entries;
  std::map<std::string, std::string> contents;
};

Listed list(const std::vector<store::Tree>& trees) {
  std::string bytes;
  const auto tar = write_layer_tar(trees, [&](std::string_view piece) {
    bytes += piece;
    return Result<void>{};
  });
  REQUIRE(tar);
  CHECK(tar->diff_id == Digest::of(bytes));
  CHECK(tar->size.value == bytes.size());
  Listed listed;
  archive::MemoryStream source(bytes);
  archive::TarReader reader(source, "layer");
  while (true) {
    const auto entry = reader.next();
    REQUIRE(entry);
    if (!*entry) return listed;
    listed.paths.push_back((*entry)->path);
    listed.entries[(*entry)->path] = **entry;
    listed.contents[(*entry)->path] = reader.read_content(1_MiB).value();
  }
}

}  // namespace

TEST_CASE("a layer lists parents first, in byte order, without owners; files keep their time", "[image]") {
  const Folder folder;
  const store::Tree made = tree(folder, "one");
  put(made, "a/b/file", "content", 0755);
  put(made, "a.txt", "text");
  put(made, "a/b.txt", "text");
  REQUIRE(::symlink("b/file", (made.root / "a/link").c_str()) == 0);
  const timespec times[2] = {{400'000'000, 999}, {400'000'000, 999}};
  REQUIRE(::utimensat(AT_FDCWD, (made.root / "a/b/file").c_str(), times, 0) == 0);
  const Listed listed = list({made});
  CHECK(listed.paths == std::vector<std::string>{"a", "a.txt", "a/b", "a/b.txt", "a/b/file", "a/link"});
  const TarEntry& file = listed.entries.at("a/b/file");
  CHECK(file.mode == 0755);
  CHECK(file.mtime == 400'000'000);
  CHECK(listed.entries.at("a").mtime == 315532800);
  CHECK(listed.entries.at("a/link").mtime == 315532800);
  CHECK((file.uid == 0 && file.gid == 0));
  CHECK(listed.contents.at("a/b/file") == "content");
  CHECK(listed.entries.at("a/link").link == "b/file");
}

TEST_CASE("of several trees the later wins, and folders join", "[image]") {
  const Folder folder;
  const store::Tree one = tree(folder, "one"), two = tree(folder, "two");
  put(one, "shared/first", "1");
  put(one, "same", "old");
  put(one, "kind/below", "x");
  put(two, "shared/second", "2");
  put(two, "same", "new");
  put(two, "kind", "now a file");
  const Listed listed = list({one, two});
  CHECK(listed.paths == std::vector<std::string>{"kind", "same", "shared", "shared/first", "shared/second"});
  CHECK(listed.contents.at("same") == "new");
  CHECK(list({two, one}).contents.at("same") == "old");
}

TEST_CASE("what the disk cannot hold comes from the record", "[image]") {
  const Folder folder;
  store::Tree made = tree(folder, "one");
  put(made, "bin/ping", "x", 0755);
  put(made, "bin/su", "x", 0755);
  store::EntryAttributes ping, su, device;
  ping.path = "bin/ping";
  ping.capability = std::string("\x01\0\0\x02", 4);
  su.path = "bin/su";
  su.gid = 42;
  su.mode = 04755;
  device.path = "dev-null";
  device.device_type = 'c';
  device.device = {1, 3};
  device.mode = 0666;
  made.record.attributes = {ping, su, device};
  const Listed listed = list({made});
  CHECK(listed.entries.at("bin/ping").xattrs.at("security.capability") == *ping.capability);
  CHECK(listed.entries.at("bin/su").mode == 04755);
  CHECK(listed.entries.at("bin/su").gid == 42);
  CHECK(listed.entries.at("dev-null").type == TarEntry::Type::character_device);
  CHECK(listed.entries.at("dev-null").device_minor == 3);
}

TEST_CASE("names of one file are hard links to the first", "[image]") {
  const Folder folder;
  const store::Tree made = tree(folder, "one");
  put(made, "z", "content");
  REQUIRE(::link((made.root / "z").c_str(), (made.root / "b").c_str()) == 0);
  const Listed listed = list({made});
  CHECK(listed.entries.at("b").type == TarEntry::Type::file);
  CHECK(listed.entries.at("z").type == TarEntry::Type::hardlink);
  CHECK(listed.entries.at("z").link == "b");
}

TEST_CASE("an opaque folder is written as the image specification has it", "[image]") {
  const Folder folder;
  const store::Tree made = tree(folder, "one");
  put(made, "etc/conf", "x");
  if (::setxattr((made.root / "etc").c_str(), "user.overlay.opaque", "y", 1, 0) != 0) {
    WARN("this file system has no user attributes");
    return;
  }
  CHECK(list({made}).paths == std::vector<std::string>{"etc", "etc/.wh..wh..opq", "etc/conf"});
}

TEST_CASE("a whiteout is written as the image specification has it", "[image]") {
  const Folder folder;
  const store::Tree made = tree(folder, "one");
  REQUIRE(make_directories(made.root / "etc"));
  if (::mknod((made.root / "etc/gone").c_str(), S_IFCHR, 0) != 0) {
    WARN("this system does not let users make whiteouts");
    return;
  }
  CHECK(list({made}).paths == std::vector<std::string>{"etc", "etc/.wh.gone"});
}

TEST_CASE("a sink that fails stops the tar with its error", "[image]") {
  const Folder folder;
  const store::Tree made = tree(folder, "one");
  put(made, "file", "x");
  const auto tar =
      write_layer_tar({&made, 1}, [](std::string_view) { return fail(Code::io, "the disk is full"); });
  REQUIRE_FALSE(tar);
  CHECK(tar.error().what == "the disk is full");
}
