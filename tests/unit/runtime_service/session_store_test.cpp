#include "runtime/service/session_store.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "envtool/support/process.hpp"

using namespace envtool;
using namespace envtool::runtime;
using service::SessionRecord;
using service::SessionStore;

namespace {

struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "envtool-test-XXXXXX").native();
    path = ::mkdtemp(name.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::filesystem::path path;
};

/// A record whose "pid 1" is this process: alive as long as the test.
SessionRecord living(const SessionStore& store, const char* project) {
  SessionRecord record;
  record.session = store.create().value();
  record.session.init = ::getpid();
  record.session.init_start_time = process_start_time(::getpid()).value();
  record.project = project;
  record.image = "sha256:00";
  record.command = {"jupyter", "lab"};
  record.env = {"A=b"};
  record.network = NetworkMode::none;
  record.ports = {8888};
  record.started = std::chrono::sys_seconds(std::chrono::seconds(1'700'000'000));
  return record;
}

}  // namespace

TEST_CASE("a session that was put is listed and found by its project", "[runtime][service]") {
  const Folder folder;
  const auto store = SessionStore::open(folder.path).value();
  const auto record = living(store, "/home/student/course");
  CHECK(record.session.id.size() == 12);
  CHECK(store.list().empty());
  REQUIRE(store.put(record));
  const auto found = store.find("/home/student/course");
  REQUIRE(found);
  CHECK(found->session.id == record.session.id);
  CHECK(found->session.folder == record.session.folder);
  CHECK(found->command == record.command);
  CHECK(found->env == record.env);
  CHECK(found->ports == record.ports);
  CHECK(found->network == NetworkMode::none);
  CHECK(found->started == record.started);
  CHECK_FALSE(store.find("/home/student"));
}

TEST_CASE("a session whose pid now belongs to another process is dead", "[runtime][service]") {
  const Folder folder;
  const auto store = SessionStore::open(folder.path).value();
  auto record = living(store, "/p");
  ++record.session.init_start_time;
  REQUIRE(store.put(record));
  CHECK_FALSE(store.find("/p"));
  CHECK(store.list().size() == 1);
  CHECK(store.remove_stale(std::chrono::seconds(0)).value() == 1);
  CHECK(store.list().empty());
  CHECK_FALSE(std::filesystem::exists(record.session.folder));
}

TEST_CASE("a dead session's log is kept for a while, a living session for ever", "[runtime][service]") {
  const Folder folder;
  const auto store = SessionStore::open(folder.path).value();
  auto dead = living(store, "/p");
  dead.session.init = 0;
  REQUIRE(store.put(dead));
  REQUIRE(write_atomic(dead.session.folder / "exit", "3\n"));
  REQUIRE(store.put(living(store, "/q")));
  CHECK(store.remove_stale(std::chrono::hours(1)).value() == 0);
  CHECK(store.exit_code(dead.session) == 3);
  CHECK(store.remove_stale(std::chrono::seconds(-1)).value() == 1);
  CHECK(store.list().size() == 1);
}

TEST_CASE("damaged and half-made sessions are left out of the list", "[runtime][service]") {
  const Folder folder;
  const auto store = SessionStore::open(folder.path).value();
  for (const char* text : {"", "{", "[]", "{\"project\": 3}", "{\"project\": \"/p\"}"}) {
    const auto session = store.create().value();
    REQUIRE(write_atomic(session.folder / "state.json", text));
  }
  REQUIRE(store.create());
  CHECK(store.list().empty());
  CHECK_FALSE(store.find("/p"));
}

TEST_CASE("an id may be shortened as long as it says which", "[runtime][service]") {
  const Folder folder;
  const auto store = SessionStore::open(folder.path).value();
  auto one = living(store, "/p");
  auto two = living(store, "/q");
  std::filesystem::create_directory(store.folder() / "aaaa00000000");
  std::filesystem::create_directory(store.folder() / "aaaa11111111");
  one.session.id = "aaaa00000000";
  two.session.id = "aaaa11111111";
  REQUIRE(store.put(one));
  REQUIRE(store.put(two));
  CHECK(store.find_id("aaaa0").value().project == "/p");
  CHECK(store.find_id("aaaa").error().code == Code::usage);
  CHECK(store.find_id("ffff").error().code == Code::not_found);
  CHECK(store.find_id("").error().code == Code::not_found);
}

TEST_CASE("what is no id removes nothing", "[runtime][service]") {
  const Folder folder;
  const auto store = SessionStore::open(folder.path).value();
  CHECK_FALSE(store.remove("../sessions"));
  CHECK_FALSE(store.remove(""));
  CHECK(std::filesystem::exists(store.folder()));
}

TEST_CASE("one project's lock does not hold up another's", "[runtime][service]") {
  const Folder folder;
  const auto store = SessionStore::open(folder.path).value();
  const auto held = store.lock("/p");
  REQUIRE(held);
  CHECK(store.lock("/q").value().held());
}
