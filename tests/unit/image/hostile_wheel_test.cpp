#include "tests/unit/image/image_fixture.hpp"

using namespace envtool;
using namespace envtool::image;
using namespace envtool::image::test;
using envtool::doubles::WheelBuilder;

namespace {

std::string with(const std::string& path, const std::string& content = "x", std::uint32_t mode = 0100644) {
  return WheelBuilder().add("demo/__init__.py", "").add(path, content, mode).build();
}

}  // namespace

TEST_CASE("a wheel whose member leaves site-packages is refused and writes nothing outside", "[image]") {
  const Folder folder;
  for (const char* path : {"../../../../../escape.py", "demo/../../escape.py", "/tmp/envtool-escape", "..",
                           "a\\..\\b", "demo-1.0.data/scripts/../../../../escape",
                           "demo-1.0.data/data/../escape", "demo-1.0.data/scripts/../bin/x"}) {
    INFO(path);
    CHECK(code_of(with(path)) == Code::hostile_archive);
  }
  CHECK_FALSE(std::filesystem::exists("/tmp/envtool-escape"));
}

TEST_CASE("a symbolic link in a wheel is refused", "[image]") {
  CHECK(code_of(with("demo/link", "/etc/passwd", 0120777)) == Code::hostile_archive);
  CHECK(code_of(with("demo/device", "", 0020644)) == Code::hostile_archive);
}

TEST_CASE("names that differ in case only are refused", "[image]") {
  CHECK(code_of(with("demo/__INIT__.py")) == Code::hostile_archive);
  CHECK(code_of(with("Demo/other.py")) == Code::hostile_archive);
  CHECK(code_of(with("demo-1.0.data/purelib/demo/__Init__.py")) == Code::hostile_archive);
}

TEST_CASE("a wheel cannot replace the environment's Python", "[image]") {
  CHECK(code_of(with("demo-1.0.data/scripts/python3")) == Code::hostile_archive);
  CHECK(code_of(with("demo-1.0.data/data/bin/python")) == Code::hostile_archive);
  CHECK(code_of(with("demo-1.0.data/data/pyvenv.cfg")) == Code::hostile_archive);
  CHECK(code_of(with("demo-1.0.dist-info/entry_points.txt", "[console_scripts]\npython = demo:x\n")) ==
        Code::hostile_archive);
}

TEST_CASE("RECORD must list every member, with its hash and size", "[image]") {
  WheelBuilder unlisted;
  unlisted.zip.add("demo/extra.py", "x");
  CHECK(code_of(unlisted.build()) == Code::bad_input);
  WheelBuilder missing;
  missing.record += "demo/gone.py," + WheelBuilder::hash("x") + ",1\n";
  CHECK(code_of(missing.build()) == Code::bad_input);
  WheelBuilder wrong_hash;
  wrong_hash.zip.add("demo/a.py", "x");
  wrong_hash.record += "demo/a.py," + WheelBuilder::hash("y") + ",1\n";
  CHECK(code_of(wrong_hash.build()) == Code::bad_input);
  WheelBuilder wrong_size;
  wrong_size.zip.add("demo/a.py", "x");
  wrong_size.record += "demo/a.py," + WheelBuilder::hash("x") + ",2\n";
  CHECK(code_of(wrong_size.build()) == Code::bad_input);
  WheelBuilder no_hash;
  no_hash.zip.add("demo/a.py", "x");
  no_hash.record += "demo/a.py,,1\n";
  CHECK(code_of(no_hash.build()) == Code::bad_input);
  WheelBuilder no_record;
  no_record.add_record = false;
  CHECK(code_of(no_record.build()) == Code::bad_input);
}

TEST_CASE("a rewritten script is checked against RECORD too", "[image]") {
  WheelBuilder wheel;
  wheel.zip.add("demo-1.0.data/scripts/tool", "#!python\nevil\n");
  wheel.record += "demo-1.0.data/scripts/tool," + WheelBuilder::hash("#!python\ngood\n") + ",14\n";
  CHECK(code_of(wheel.build()) == Code::bad_input);
}

TEST_CASE("a zip bomb in a wheel is refused", "[image]") {
  WheelBuilder wheel;
  wheel.add("demo/bomb", std::string(80 << 20, '\0'));
  const Folder folder;
  CHECK(code_of(wheel.build()) == Code::hostile_archive);
}

TEST_CASE("another package's wheel, and what is no wheel, are refused", "[image]") {
  CHECK(code_of(WheelBuilder().build(), wheel_tree("other")) == Code::bad_input);
  CHECK(code_of("this is not a zip") == Code::bad_input);
  CHECK(code_of("") == Code::bad_input);
  WheelBuilder newer;
  newer.zip.add("demo-1.0.dist-info/WHEEL2", "");
  CHECK(code_of(newer.build()) == Code::bad_input);
  CHECK(code_of(with("demo-1.0.data/unknown/x")) == Code::bad_input);
}
