// The whole way from a lock to an image in a store, with wheels served by no network: they are blobs.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <thread>

#include "envtool/formats/oci/image_config.hpp"
#include "envtool/formats/oci/manifest.hpp"
#include "envtool/image/image.hpp"
#include "envtool/image/keys.hpp"
#include "envtool/image/layer_tar.hpp"
#include "tests/unit/image/image_fixture.hpp"

using namespace envtool;
using namespace envtool::image;
using namespace envtool::image::test;
using envtool::doubles::WheelBuilder;

namespace {

class NoExecutor : public Executor {
 public:
  Result<BuildStepOutcome> run(const BuildStep&) override {
    return fail(Code::unsupported, "no containers in this test");
  }
};

/// A store with a base tree made by hand, and wheels as blobs.
struct World {
  Folder folder;
  store::Store store = store::Store::open(folder.path() / "store").value();
  net::Client client;
  NoExecutor executor;
  NoEvents events;
  std::filesystem::path project = folder.path() / "project";
  project::Lock lock;

  World() {
    REQUIRE(make_directories(project));
    project::LockedPlatform part;
    part.platform = {"linux", "amd64"};
    project::LockedArchiveBase base;
    base.suite = "bookworm";
    part.base = base;
    part.python = {"3.11.2", "/usr/bin/python3.11", "glibc 2.36"};
    const auto temporary = store.make_temporary().value();
    REQUIRE(make_directories(temporary / "root/usr/bin"));
    REQUIRE(write_atomic(temporary / "root/usr/bin/python3.11", "", 0755, false));
    store::TreeRecord record;
    record.diff_id = Digest::of("base");
    REQUIRE(store.adopt_tree(key_of(BaseTree{base}, part.platform), temporary, record));
    lock.platforms.push_back(std::move(part));
  }

  void add(const std::string& name, const std::string& body = "x = 1\n", std::uint64_t size = 1000) {
    WheelBuilder wheel{.name = name, .version = "1.0", .zip = {}, .record = {}, .add_record = true};
    const std::string bytes = wheel.add(name + "/__init__.py", body).build();
    project::LockedPackage package;
    package.name = name;
    package.version = "1.0";
    package.index = "pypi";
    package.source = project::LockedSdist{{}, {}, {"", store.put_blob(bytes).value(), {size}}};
    lock.platforms[0].packages.push_back(package);
  }

  Result<Assembled> assemble() {
    return image::assemble(plan(lock, {"linux", "amd64"}), project, store, client, executor, events);
  }
};

}  // namespace

TEST_CASE("an image is assembled, described, and found again", "[image]") {
  World world;
  for (const char* name : {"alpha", "beta", "gamma"}) world.add(name);
  world.add("huge", std::string(100'000, 'h'), 5'000'000);
  const auto first = world.assemble();
  REQUIRE(first);
  CHECK(first->trees_made == 5);  // four wheels and the virtual environment
  CHECK(first->trees_reused == 1);
  const auto image = world.store.find_image(first->id);
  REQUIRE(image);
  CHECK(Digest::of(image->config) == first->id);
  const auto config = oci::parse_image_config(image->config, "config");
  REQUIRE(config);
  CHECK(config->diff_ids.size() == image->layers.size());
  CHECK(config->history.size() == config->diff_ids.size());
  CHECK(config->working_dir == "/workspace");
  CHECK(config->env.front().starts_with("PATH=/opt/venv/bin:"));
  const auto manifest = oci::parse_manifest(image->manifest, "manifest");
  REQUIRE(manifest);
  CHECK(manifest->config.digest == first->id);
  for (std::size_t i = 0; i < image->layers.size(); ++i)
    CHECK(manifest->layers[i].digest == config->diff_ids[i]);
  const auto again = world.assemble();
  REQUIRE(again);
  CHECK(again->id == first->id);
  CHECK(again->trees_made == 0);
}

TEST_CASE("each layer's digest is that of the tar of its trees", "[image]") {
  World world;
  for (int i = 0; i < 70; ++i) world.add("package" + std::to_string(i), "n = " + std::to_string(i) + "\n");
  const auto assembled = world.assemble();
  REQUIRE(assembled);
  bool shared = false;
  const auto image = world.store.find_image(assembled->id);
  REQUIRE(image);
  for (const store::LayerKey& key : image->layers) {
    const auto record = world.store.find_layer(key);
    REQUIRE(record);
    std::vector<store::Tree> trees;
    for (const store::TreeKey& tree : record->trees) trees.push_back(world.store.find_tree(tree).value());
    if (record->diff_id == Digest::of("base")) continue;
    const auto tar = write_layer_tar(trees, {});
    REQUIRE(tar);
    CHECK(tar->diff_id == record->diff_id);
    CHECK(tar->size == record->tar_size);
    shared = shared || trees.size() > 1;
  }
  CHECK(shared);
}

TEST_CASE("another store, umask, time zone and folder give the same image", "[image]") {
  World first;
  first.add("alpha");
  first.add("beta");
  const auto one = first.assemble();
  const mode_t umask_before = ::umask(077);
  ::setenv("TZ", "America/St_Johns", 1);
  World second;
  second.add("beta");
  second.add("alpha");
  const auto two = second.assemble();
  ::umask(umask_before);
  ::unsetenv("TZ");
  REQUIRE(one);
  REQUIRE(two);
  CHECK(one->id == two->id);
}

TEST_CASE("two builds at once do each wheel once and agree", "[image]") {
  World world;
  for (int i = 0; i < 30; ++i) world.add("package" + std::to_string(i));
  std::vector<Result<Assembled>> results(2, fail(Code::internal, "not run"));
  {
    std::vector<std::jthread> threads;
    for (auto& result : results) threads.emplace_back([&] { result = world.assemble(); });
  }
  REQUIRE(results[0]);
  REQUIRE(results[1]);
  CHECK(results[0]->id == results[1]->id);
  CHECK(results[0]->trees_made + results[1]->trees_made >= 31);
  CHECK(results[0]->trees_made + results[1]->trees_made <=
        32);  // both may have begun the virtual environment
}

TEST_CASE("a bad wheel fails the build by name, makes no image, and leaves what was good", "[image]") {
  World world;
  world.add("good");
  project::LockedPackage package;
  package.name = "evil";
  package.version = "6.6";
  package.index = "pypi";
  WheelBuilder wheel{.name = "evil", .version = "6.6", .zip = {}, .record = {}, .add_record = true};
  package.source = project::LockedSdist{
      {}, {}, {"", world.store.put_blob(wheel.add("../../evil.py", "").build()).value(), {100}}};
  world.lock.platforms[0].packages.push_back(package);
  const auto assembled = world.assemble();
  REQUIRE_FALSE(assembled);
  CHECK(assembled.error().code == Code::hostile_archive);
  CHECK(assembled.error().what.find("evil 6.6") != std::string::npos);
  world.lock.platforms[0].packages.pop_back();
  CHECK(world.assemble());
}

TEST_CASE("a wheel that was built elsewhere says what to do", "[image]") {
  World world;
  project::LockedPackage package;
  package.name = "mylib";
  package.version = "1.0";
  package.source = project::LockedGit{
      "https://example.org/mylib", std::string(40, 'a'), "", {}, {"", Digest::of("gone"), {100}}};
  world.lock.platforms[0].packages.push_back(package);
  const auto assembled = world.assemble();
  REQUIRE_FALSE(assembled);
  CHECK(assembled.error().code == Code::not_found);
  CHECK(assembled.error().what.find("mylib 1.0") != std::string::npos);
}

TEST_CASE("an editable project is linked, and its scripts are there", "[image]") {
  World world;
  REQUIRE(make_directories(world.project / "src/course"));
  REQUIRE(write_atomic(world.project / "pyproject.toml",
                       "[project]\nname = \"course-tools\"\nversion = \"0.3\"\ndependencies = [\"numpy\"]\n"
                       "[project.scripts]\ngrade = \"course.cli:main\"\n",
                       0644, false));
  project::LockedPackage package;
  package.name = "course-tools";
  package.version = "0.3";
  package.source = project::LockedEditable{".", {}};
  world.lock.platforms[0].packages.push_back(package);
  const auto assembled = world.assemble();
  REQUIRE(assembled);
  std::filesystem::path root;
  const auto image = world.store.find_image(assembled->id);
  REQUIRE(image);
  for (const store::LayerKey& key : image->layers) {
    const auto tree = world.store.find_tree(world.store.find_layer(key)->trees.front());
    if (std::filesystem::exists(tree->root / "opt/venv/bin/grade")) root = tree->root;
  }
  REQUIRE_FALSE(root.empty());
  CHECK(read_file(root / (kSite + "__editable__.course_tools-0.3.pth")).value() == "/workspace/src\n/workspace\n");
  const std::string info = kSite + "course_tools-0.3.dist-info/";
  CHECK(read_file(root / (info + "METADATA")).value().find("Requires-Dist: numpy\n") != std::string::npos);
  CHECK(read_file(root / (info + "direct_url.json")).value() ==
        "{\"dir_info\":{\"editable\":true},\"url\":\"file:///workspace\"}");
  CHECK(read_file(root / (info + "RECORD")).value().find("../../../bin/grade,sha256=") == 0);

  REQUIRE(write_atomic(world.project / "pyproject.toml",
                       "[project]\nname = \"course-tools\"\nversion = \"0.3\"\n[project.scripts]\nmark = "
                       "\"course.cli:main\"\n",
                       0644, false));
  const auto changed = world.assemble();
  REQUIRE(changed);
  CHECK(changed->id != assembled->id);
}

TEST_CASE("an editable project outside the folder is refused", "[image]") {
  World world;
  project::LockedPackage package;
  package.name = "outside";
  package.version = "1";
  package.source = project::LockedEditable{"../outside", {}};
  world.lock.platforms[0].packages.push_back(package);
  const auto assembled = world.assemble();
  REQUIRE_FALSE(assembled);
  CHECK(assembled.error().code == Code::bad_input);
}

TEST_CASE("the virtual environment names the base's Python", "[image]") {
  World world;
  const auto assembled = world.assemble();
  REQUIRE(assembled);
  const auto image = world.store.find_image(assembled->id);
  const auto root = world.store.find_tree(world.store.find_layer(image->layers.back())->trees.front())->root;
  CHECK(read_file(root / "opt/venv/pyvenv.cfg").value() ==
        "home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.11.2\nexecutable = "
        "/usr/bin/python3.11\n");
  CHECK(std::filesystem::read_symlink(root / "opt/venv/bin/python") == "/usr/bin/python3.11");
  CHECK(std::filesystem::read_symlink(root / "opt/venv/bin/python3.11") == "python");
  CHECK(std::filesystem::is_directory(root / kSite));
}
