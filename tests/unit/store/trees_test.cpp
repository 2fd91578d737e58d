#include <sys/stat.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "tests/unit/store/scratch.hpp"

using namespace envtool;
using namespace envtool::store;
namespace fs = std::filesystem;

namespace {
TreeRecord full_record() {
  TreeRecord record;
  record.attributes = {{"usr/bin/su", 0, 0, 04755, std::nullopt, std::nullopt, 0},
                       {"b d/\xff%41", 8, 12, std::nullopt, std::string("\1\0\2", 3), std::nullopt, 0},
                       {"dev/null", 0, 0, 0666, std::nullopt, std::pair{1U, 3U}, 'c'}};
  record.diff_id = Digest::of("tar");
  record.own_tar = Digest::of("our tar");
  record.tar_size = {4096};
  record.entries = 3;
  record.whiteouts = true;
  return record;
}
}  // namespace

TEST_CASE("an adopted tree is found with its record", "[store]") {
  const Scratch scratch;
  const auto store = Store::open(scratch.path).value();
  const Tree tree = put_tree(store, "k", {{"etc/os-release", "ID=debian"}}, full_record());
  CHECK(read_file(tree.root / "etc/os-release").value() == "ID=debian");
  const auto found = store.find_tree(Digest::of("k"));
  REQUIRE(found);
  CHECK(found->record == full_record());
  CHECK(found->root == tree.root);
  CHECK_FALSE(store.find_tree(Digest::of("other")));
}

TEST_CASE("a tree without a whole record is absent and is replaced", "[store]") {
  const Scratch scratch;
  const auto store = Store::open(scratch.path).value();
  const Tree tree = put_tree(store, "k", {{"f", "old"}});
  fs::resize_file(tree.root.parent_path() / "record", 30);
  CHECK_FALSE(store.find_tree(tree.key));
  put_tree(store, "k", {{"f", "new"}});
  CHECK(read_file(tree.root / "f").value() == "new");
}

TEST_CASE("what a boot wrote after its last flush does not count in the next", "[store]") {
  const Scratch scratch;
  const auto store = Store::open(scratch.path).value();
  const Tree tree = put_tree(store, "k", {{"f", "x"}});
  const fs::path path = tree.root.parent_path() / "record";
  std::string record = read_file(path).value();
  const std::string boot = read_file("/proc/sys/kernel/random/boot_id").value().substr(0, 36);
  record.replace(record.find(boot), boot.size(), "another-boot");
  std::ofstream(path) << record;
  CHECK_FALSE(store.find_tree(tree.key));
  scratch.write("settled/another-boot", "17\n");
  CHECK_FALSE(store.find_tree(tree.key));
  scratch.write("settled/another-boot", "99999999999999999\n");
  CHECK(store.find_tree(tree.key));
}

TEST_CASE("the second to adopt a key gets the first one's tree", "[store]") {
  const Scratch scratch;
  const auto store = Store::open(scratch.path).value();
  put_tree(store, "k", {{"f", "first"}});
  const Tree second = put_tree(store, "k", {{"f", "second"}});
  CHECK(read_file(second.root / "f").value() == "first");
  CHECK(fs::is_empty(store.folder() / "tmp"));
}

TEST_CASE("processes that adopt the same key at once end with one whole tree", "[store]") {
  const Scratch scratch;
  const auto store = Store::open(scratch.path).value();
  std::vector<pid_t> children;
  for (int child = 0; child < 4; ++child) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      bool good = true;
      for (int i = 0; i < 25; ++i) {
        const Tree tree = put_tree(store, "k" + std::to_string(i), {{"a", "1"}, {"b/c", "2"}});
        const auto text = read_file(tree.root / "b/c");
        good = good && text && *text == "2";
      }
      ::_exit(good ? 0 : 1);
    }
    children.push_back(pid);
  }
  for (const pid_t pid : children) {
    int status = 0;
    ::waitpid(pid, &status, 0);
    CHECK(status == 0);
  }
  CHECK(fs::is_empty(store.folder() / "tmp"));
}

TEST_CASE("a killed writer leaves only temporary folders, which gc removes", "[store]") {
  const Scratch scratch;
  const auto store = Store::open(scratch.path).value();
  const pid_t pid = ::fork();
  if (pid == 0) {
    for (int i = 0;; ++i) put_tree(store, "k" + std::to_string(i), {{"a", "1"}, {"b/c", "2"}});
  }
  ::usleep(30'000);
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  const fs::path ours = store.make_temporary().value();
  std::size_t found = 0;
  for (int i = 0; store.find_tree(Digest::of("k" + std::to_string(i))); ++i) ++found;
  std::size_t there = 0;
  for (const auto& shard : fs::directory_iterator(store.folder() / "trees"))
    for ([[maybe_unused]] const auto& tree : fs::directory_iterator(shard)) ++there;
  CHECK(found == there);
  NoEvents events;
  REQUIRE(store.gc({}, events));
  std::size_t left = 0;
  for ([[maybe_unused]] const auto& item : fs::directory_iterator(store.folder() / "tmp")) ++left;
  CHECK(left == 1);
  CHECK(fs::exists(ours));
}

TEST_CASE("nothing to adopt is an error", "[store]") {
  const Scratch scratch;
  const auto store = Store::open(scratch.path).value();
  const auto temporary = store.make_temporary().value();
  CHECK_FALSE(store.adopt_tree(Digest::of("k"), temporary, {}));
}
