#pragma once
// A root of one static program, for tests that need a container and no image.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "runtime/native/host_files.hpp"
#include "runtime/native/native_engine.hpp"

namespace envtool::test {
namespace fs = std::filesystem;

class TinyTree {
 public:
  TinyTree() {
    std::string name = (fs::temp_directory_path() / "envtool-test-XXXXXX").native();
    folder_ = ::mkdtemp(name.data());
    fs::create_directories(root() / "bin");
    fs::create_directories(root() / "etc");
    fs::create_directories(root() / "tmp");
    fs::copy_file(ENVTOOL_INSIDE, root() / "bin/inside");
  }
  ~TinyTree() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  TinyTree(const TinyTree&) = delete;
  TinyTree& operator=(const TinyTree&) = delete;
  [[nodiscard]] fs::path folder() const { return folder_; }
  [[nodiscard]] fs::path root() const { return folder_ / "root"; }
  [[nodiscard]] fs::path scratch() const { return folder_ / "mnt"; }
  [[nodiscard]] store::Rootfs rootfs() const { return {{}, {root()}}; }
  [[nodiscard]] oci::RuntimeSpec spec(std::vector<std::string> args) const {
    oci::RuntimeSpec spec;
    spec.process.uid = ::getuid();
    spec.process.gid = ::getgid();
    spec.process.args = std::move(args);
    spec.process.env = {"PATH=/bin", "MARK=inside"};
    spec.mounts = runtime::native::standard_mounts();
    return spec;
  }

 private:
  fs::path folder_;
};

}  // namespace envtool::test
