#pragma once
// A folder of the test's own, and a wheel unpacked in it.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "envtool/image/unpack_wheel.hpp"
#include "envtool/support/files.hpp"
#include "tests/doubles/wheel_builder.hpp"

namespace envtool::image::test {

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "envtool-image-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { (void)remove_tree(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline const InstallScheme kScheme{.prefix = "/opt/venv", .python_version = "3.11"};
inline const std::string kSite = "opt/venv/lib/python3.11/site-packages/";

inline WheelTree wheel_tree(const std::string& name = "demo") {
  return {.name = name, .version = "1.0", .wheel = {}, .direct_url = std::nullopt};
}

/// Unpacks to folder/root.
inline Result<store::TreeRecord> unpack(const Folder& folder, const std::string& wheel,
                                        const WheelTree& what = wheel_tree()) {
  const std::filesystem::path file = folder.path() / "demo.whl";
  REQUIRE(write_atomic(file, wheel, 0644, false));
  return unpack_wheel(file, what, kScheme, folder.path() / "root");
}

inline Code code_of(const std::string& wheel, const WheelTree& what = wheel_tree()) {
  const Folder folder;
  const auto record = unpack(folder, wheel, what);
  REQUIRE_FALSE(record);
  INFO(record.error().what);
  CHECK(record.error().what.find(what.name) != std::string::npos);
  return record.error().code;
}

}  // namespace envtool::image::test
