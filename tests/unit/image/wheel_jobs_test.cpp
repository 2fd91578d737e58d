#include "envtool/image/wheel_jobs.hpp"

#include <chrono>
#include <cstdlib>
#include <set>

#include "envtool/image/keys.hpp"
#include "envtool/image/stop_together.hpp"
#include "tests/doubles/http_server.hpp"
#include "tests/unit/image/image_fixture.hpp"

using namespace envtool;
using namespace envtool::image;
using namespace envtool::image::test;
using envtool::doubles::HttpServer;
using envtool::doubles::WheelBuilder;

namespace {

class NoExecutor : public Executor {
 public:
  Result<BuildStepOutcome> run(const BuildStep&) override {
    return fail(Code::unsupported, "no containers here");
  }
};

net::Options quick() {
  // A proxy of the person who runs the tests has nothing to do with loopback.
  ::setenv("no_proxy", "127.0.0.1,localhost", 1);
  net::Options options;
  options.attempts = 2;
  options.first_backoff = std::chrono::milliseconds(1);
  return options;
}

struct World {
  Folder folder;
  store::Store store = store::Store::open(folder.path() / "store").value();
  HttpServer server;
  net::Client client{quick()};
  NoExecutor executor;
  NoEvents events;
  MakeContext context{.store = store,
                      .client = client,
                      .executor = executor,
                      .events = events,
                      .platform = {"linux", "amd64"},
                      .scheme = kScheme,
                      .project = folder.path(),
                      .env = {}};
  std::vector<WheelTree> wheels;

  /// A wheel at the server; `served` differs from what is pinned in hostile tests.
  void add(const std::string& name, const std::optional<std::string>& served = std::nullopt) {
    WheelBuilder builder{.name = name, .version = "1.0", .zip = {}, .record = {}, .add_record = true};
    const std::string bytes = builder.add(name + ".py", "x = 1\n").build();
    server.serve("/" + name + ".whl", served.value_or(bytes));
    wheels.push_back(
        {name, "1.0", {server.url("/" + name + ".whl"), Digest::of(bytes), {bytes.size()}}, std::nullopt});
  }
  Result<ByteCount> make(std::set<Digest>* keys = nullptr) {
    std::vector<WheelJob> jobs;
    for (const WheelTree& wheel : wheels) jobs.push_back({key_of(wheel, kScheme), &wheel});
    std::mutex mutex;
    return make_wheel_trees(jobs, context, [&](store::Tree tree, bool) {
      const std::scoped_lock lock(mutex);
      if (keys != nullptr) keys->insert(tree.key);
      return Result<void>{};
    });
  }
};

}  // namespace

TEST_CASE("many wheels come from a server, once, and only their trees stay", "[image]") {
  World world;
  for (int i = 0; i < 25; ++i) world.add("package" + std::to_string(i));
  std::set<Digest> keys;
  const auto fetched = world.make(&keys);
  REQUIRE(fetched);
  CHECK(fetched->value > 0);
  CHECK(keys.size() == 25);
  for (const WheelTree& wheel : world.wheels) {
    CHECK(world.store.find_tree(key_of(wheel, kScheme)));
    CHECK_FALSE(std::filesystem::exists(world.store.partial_path(wheel.wheel.sha256)));
  }
  const auto again = world.make(&keys);
  REQUIRE(again);
  CHECK(again->value == 0);
  CHECK(world.server.requests().size() == 25);
}

TEST_CASE("bytes other than those pinned are refused, by the package's name", "[image]") {
  World world;
  world.add("good");
  world.add("changed", "other bytes");
  const auto made = world.make();
  REQUIRE_FALSE(made);
  CHECK(made.error().code == Code::digest_mismatch);
  std::string told = made.error().what;
  for (const std::string& link : made.error().chain) told += link;
  CHECK(told.find("changed 1.0") != std::string::npos);
}

TEST_CASE("a wheel that is not there any more is an error, by the package's name", "[image]") {
  World world;
  world.add("there");
  world.add("gone");
  world.wheels.back().wheel.url = world.server.url("/nothing.whl");
  const auto made = world.make();
  REQUIRE_FALSE(made);
  CHECK(made.error().code == Code::not_found);
  CHECK(made.error().chain.front().find("gone 1.0") != std::string::npos);
}

TEST_CASE("a whole download that a killed run left is used, a damaged one is not", "[image]") {
  World world;
  world.add("left");
  const WheelTree& wheel = world.wheels.front();
  WheelBuilder builder{.name = "left", .version = "1.0", .zip = {}, .record = {}, .add_record = true};
  const std::string bytes = builder.add("left.py", "x = 1\n").build();
  const auto path = world.store.partial_path(wheel.wheel.sha256);
  REQUIRE(write_atomic(path, bytes, 0600, false));
  REQUIRE(world.make());
  CHECK(world.server.requests().empty());

  World damaged;
  damaged.add("left");
  std::string other = bytes;
  other[other.size() / 2] = static_cast<char>(other[other.size() / 2] ^ 1);
  REQUIRE(write_atomic(damaged.store.partial_path(damaged.wheels.front().wheel.sha256), other, 0600, false));
  REQUIRE(damaged.make());
  CHECK(damaged.server.requests().size() == 1);
}

TEST_CASE("an error does not wait for the downloads beside it", "[image]") {
  World world;
  HttpServer other;
  world.add("slow");
  const std::string path = "/slow.whl";
  other.on(path, {.status = 200,
                  .body = std::string(100'000, 's'),
                  .headers = {},
                  .cut_after = std::nullopt,
                  .delay = {},
                  .drip = std::chrono::milliseconds(20)});
  world.wheels.back().wheel.url = other.url(path);
  world.wheels.back().wheel.size = {100'000};
  world.add("changed", "other bytes");
  const auto begin = std::chrono::steady_clock::now();
  const auto made = world.make();
  REQUIRE_FALSE(made);
  CHECK(made.error().code == Code::digest_mismatch);
  // The whole slow body would take half an hour.
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
}

TEST_CASE("the first error stops what goes on beside it", "[image]") {
  NoEvents events;
  StopTogether together(events);
  CHECK_FALSE(together.stop_token().stop_requested());
  together.stop(Error{.code = Code::network, .what = "first", .place = {}, .chain = {}, .hints = {}});
  together.stop(Error{.code = Code::cancelled, .what = "second", .place = {}, .chain = {}, .hints = {}});
  CHECK(together.stop_token().stop_requested());
  REQUIRE_FALSE(together.outcome());
  CHECK(together.outcome().error().what == "first");
}
