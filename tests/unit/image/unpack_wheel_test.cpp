#include "envtool/image/unpack_wheel.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <ctime>

#include "envtool/image/layer_tar.hpp"
#include "tests/unit/image/image_fixture.hpp"

using namespace envtool;
using namespace envtool::image;
using namespace envtool::image::test;
using envtool::doubles::WheelBuilder;

namespace {

WheelBuilder full_wheel() {
  WheelBuilder wheel;
  wheel.add("demo/__init__.py", "VERSION = 1\n");
  wheel.add("demo/native.so", std::string(700'000, 'n'), 0100755);
  wheel.add("demo.py", "");
  wheel.add("demo/__pycache__/__init__.cpython-311.pyc", "stale");
  wheel.add("demo-1.0.data/scripts/tool", "#!python -u\r\nprint(1)\n");
  wheel.add("demo-1.0.data/scripts/program",
            "\x7f"
            "ELF");
  wheel.add("demo-1.0.data/data/share/demo/file", "data");
  wheel.add("demo-1.0.data/headers/demo.h", "#pragma once\n");
  wheel.add("demo-1.0.data/purelib/extra.py", "x = 1\n");
  wheel.add("demo-1.0.dist-info/REQUESTED", "");
  wheel.add("demo-1.0.dist-info/entry_points.txt",
            "[console_scripts]\ndemo = demo.cli:Main.run\n[gui_scripts]\ngdemo = demo:gui\n");
  return wheel;
}

std::string content(const Folder& folder, const std::string& path) {
  return read_file(folder.path() / "root" / path).value();
}
mode_t mode(const Folder& folder, const std::string& path) {
  struct stat status {};
  REQUIRE(::stat((folder.path() / "root" / path).c_str(), &status) == 0);
  CHECK(status.st_mtime == 315532800);
  return status.st_mode & 07777;
}

}  // namespace

TEST_CASE("every part of a wheel goes to its place with its mode and the fixed time", "[image]") {
  const Folder folder;
  REQUIRE(unpack(folder, full_wheel().build()));
  CHECK(content(folder, kSite + "demo/__init__.py") == "VERSION = 1\n");
  CHECK(mode(folder, kSite + "demo/__init__.py") == 0644);
  CHECK(mode(folder, kSite + "demo/native.so") == 0755);
  CHECK(mode(folder, kSite + "demo") == 0755);
  CHECK(mode(folder, "opt") == 0755);
  CHECK(content(folder, "opt/venv/bin/tool") == "#!/opt/venv/bin/python -u\nprint(1)\n");
  CHECK(mode(folder, "opt/venv/bin/tool") == 0755);
  CHECK(content(folder, "opt/venv/bin/program") ==
        "\x7f"
        "ELF");
  CHECK(mode(folder, "opt/venv/bin/program") == 0755);
  CHECK(content(folder, "opt/venv/share/demo/file") == "data");
  CHECK(content(folder, "opt/venv/include/site/python3.11/demo/demo.h") == "#pragma once\n");
  CHECK(content(folder, kSite + "extra.py") == "x = 1\n");
  CHECK(
      content(folder, "opt/venv/bin/demo") ==
      "#!/opt/venv/bin/python\nimport sys\n\nfrom demo.cli import Main\n\nif __name__ == \"__main__\":\n    "
      "sys.exit(Main.run())\n");
  CHECK(content(folder, "opt/venv/bin/gdemo").find("from demo import gui") != std::string::npos);
  CHECK(content(folder, kSite + "demo-1.0.dist-info/INSTALLER") == "envtool\n");
  CHECK_FALSE(std::filesystem::exists(folder.path() / "root" / (kSite + "demo/__pycache__")));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "root" / (kSite + "demo-1.0.dist-info/REQUESTED")));
  CHECK_FALSE(
      std::filesystem::exists(folder.path() / "root" / (kSite + "demo-1.0.dist-info/direct_url.json")));
}

TEST_CASE("the new RECORD lists what was installed, where it was installed", "[image]") {
  const Folder folder;
  WheelTree what = wheel_tree();
  what.direct_url = "{\"url\":\"https://example.org/demo\"}";
  REQUIRE(unpack(folder, full_wheel().build(), what));
  CHECK(content(folder, kSite + "demo-1.0.dist-info/direct_url.json") == *what.direct_url);
  const std::string record = content(folder, kSite + "demo-1.0.dist-info/RECORD");
  const auto lists = [&](const std::string& line) {
    return ("\n" + record).find("\n" + line) != std::string::npos;
  };
  CHECK(lists("../../../bin/demo,sha256="));
  CHECK(lists("../../../bin/tool," + WheelBuilder::hash("#!/opt/venv/bin/python -u\nprint(1)\n") + ",35\n"));
  CHECK(lists("../../../share/demo/file," + WheelBuilder::hash("data") + ",4\n"));
  CHECK(lists("demo-1.0.dist-info/INSTALLER,"));
  CHECK(lists("demo-1.0.dist-info/RECORD,,\n"));
  CHECK(lists("demo-1.0.dist-info/direct_url.json,"));
  CHECK(lists("demo/__init__.py," + WheelBuilder::hash("VERSION = 1\n") + ",12\n"));
  CHECK(record.find(".pyc") == std::string::npos);
  CHECK(record.find(".data/") == std::string::npos);
}

TEST_CASE("the digest taken while unpacking is that of the tree's tar", "[image]") {
  const Folder folder;
  const auto record = unpack(folder, full_wheel().build());
  REQUIRE(record);
  const std::vector<store::Tree> trees = {{.key = {}, .root = folder.path() / "root", .record = *record}};
  const auto tar = write_layer_tar(trees, {});
  REQUIRE(tar);
  CHECK(tar->diff_id == *record->diff_id);
  CHECK(tar->size == record->tar_size);
}

TEST_CASE("umask, time zone and folder change nothing", "[image]") {
  const std::string wheel = full_wheel().build();
  const Folder first, second;
  const auto one = unpack(first, wheel);
  const mode_t umask_before = ::umask(077);
  ::setenv("TZ", "Pacific/Kiritimati", 1);
  ::tzset();
  const auto two = unpack(second, wheel);
  ::umask(umask_before);
  ::unsetenv("TZ");
  REQUIRE(one);
  REQUIRE(two);
  CHECK(*one == *two);
  CHECK(mode(second, kSite + "demo/native.so") == 0755);
  CHECK(mode(second, "opt/venv") == 0755);
  const std::vector<store::Tree> trees = {{.key = {}, .root = second.path() / "root", .record = {}}};
  CHECK(write_layer_tar(trees, {})->diff_id == *one->diff_id);
}

TEST_CASE("the order of a wheel's members does not change the layer", "[image]") {
  WheelBuilder forward, backward;
  forward.add("a.py", "1").add("b/c.py", "2").add("b.py", "3");
  backward.add("b.py", "3").add("b/c.py", "2").add("a.py", "1");
  const Folder first, second;
  const auto one = unpack(first, forward.build()), two = unpack(second, backward.build());
  REQUIRE(one);
  REQUIRE(two);
  CHECK(one->diff_id == two->diff_id);
}

TEST_CASE("files of two releases do not agree in their time, folders do", "[image]") {
  const Folder first, second;
  WheelTree one = wheel_tree(), two = wheel_tree();
  one.wheel.sha256 = Digest::of("1.0");
  two.wheel.sha256 = Digest::of("1.1");
  const auto old_record = unpack(first, full_wheel().build(), one);
  const auto new_record = unpack(second, full_wheel().build(), two);
  REQUIRE(old_record);
  REQUIRE(new_record);
  const auto time = [](const Folder& folder, const std::string& path) {
    return std::filesystem::last_write_time(folder.path() / "root" / (kSite + path));
  };
  CHECK(time(first, "demo/__init__.py") != time(second, "demo/__init__.py"));
  CHECK(time(first, "demo") == time(second, "demo"));
  const std::vector<store::Tree> trees = {{.key = {}, .root = second.path() / "root", .record = {}}};
  CHECK(write_layer_tar(trees, {})->diff_id == *new_record->diff_id);
  CHECK(old_record->diff_id != new_record->diff_id);
}
