#include <catch2/catch.hpp>

#include "envtool/support/files.hpp"
#include "runtime/native/engine_plan.hpp"
#include "tiny_tree.hpp"

using namespace envtool;
using namespace envtool::runtime::native;
using test::TinyTree;

namespace {

Result<int> run_plan(const LaunchPlan& plan) {
  const BlockedSignals signals;
  ENVTOOL_TRY(Running running, launch(plan, {}, signals));
  return watch(running, plan, {});
}

/// A tree with one file, whose path is `length` bytes long at least.
std::filesystem::path layer(const TinyTree& tree, const std::string& name, std::size_t length = 0) {
  auto folder = tree.folder() / "layers";
  while (folder.native().size() < length) folder /= std::string(100, 'x');
  folder /= name;
  std::filesystem::create_directories(folder / "etc");
  REQUIRE(write_atomic(folder / "etc" / name, name));
  return folder;
}

}  // namespace

TEST_CASE("layers lie over each other, by the old call and by the new one, however long their paths",
          "[runtime][native][userns]") {
  const bool legacy = GENERATE(false, true);
  const std::size_t length = GENERATE(std::size_t{0}, std::size_t{400});
  const bool persistent = GENERATE(false, true);
  const TinyTree tree;
  auto rootfs = tree.rootfs();
  for (int i = 0; i < 40; ++i) rootfs.lowers.push_back(layer(tree, "layer" + std::to_string(i), length));
  runtime::StartOptions options;
  if (persistent) options.upper = tree.folder() / "upper";
  auto spec = tree.spec({"inside", "write", "/etc/layer39", "over"});
  auto plan = plan_for(spec, rootfs, options, tree.scratch()).value();
  plan.legacy_overlay = legacy;
  const auto code = run_plan(plan);
  INFO((code ? "" : code.error().what));
  REQUIRE(code);
  CHECK(*code == 0);
  if (persistent) CHECK(read_file(*options.upper / "etc/layer39").value() == "over");
  CHECK(read_file(rootfs.lowers.back() / "etc/layer39").value() == "layer39");
}

TEST_CASE("a read-only root takes no writes", "[runtime][native][userns]") {
  const TinyTree tree;
  for (const char* folder : {"proc", "sys", "dev"}) std::filesystem::create_directory(tree.root() / folder);
  auto spec = tree.spec({"inside", "write", "/etc/new", "x"});
  spec.root.readonly = true;
  NativeEngine engine({tree.scratch(), false});
  CHECK(engine.run(spec, tree.rootfs(), {}).value() == 1);
  auto rootfs = tree.rootfs();
  rootfs.lowers.push_back(layer(tree, "second"));
  CHECK(engine.run(spec, rootfs, {}).value() == 1);
}

TEST_CASE("masked paths are empty, read-only paths cannot be written", "[runtime][native][userns]") {
  const TinyTree tree;
  REQUIRE(write_atomic(tree.root() / "etc/secret", "secret"));
  auto spec = tree.spec({"inside", "write", "/etc/secret", "x"});
  spec.linux_.readonly_paths = {"/etc", "/not-there"};
  NativeEngine engine({tree.scratch(), false});
  CHECK(engine.run(spec, tree.rootfs(), {}).value() == 1);
  spec = tree.spec({"inside", "same", "/etc/secret", "/dev/null"});
  spec.linux_.masked_paths = {"/etc/secret", "/not-there"};
  CHECK(engine.run(spec, tree.rootfs(), {}).value() == 0);
}
