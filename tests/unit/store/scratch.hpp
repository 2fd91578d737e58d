#pragma once
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "envtool/store/store.hpp"

/// A folder for one test.
struct Scratch {
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "envtool-store-XXXXXX").native();
    path = ::mkdtemp(name.data());
  }
  ~Scratch() { (void)envtool::remove_tree(path); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  void write(const std::filesystem::path& relative, const std::string& text) const {
    std::filesystem::create_directories((path / relative).parent_path());
    std::ofstream(path / relative) << text;
  }
  std::filesystem::path path;
};

/// A tree in the store with these files (path → bytes).
inline envtool::store::Tree put_tree(const envtool::store::Store& store, const std::string& key,
                                     const std::vector<std::pair<std::string, std::string>>& files,
                                     envtool::store::TreeRecord record = {}) {
  const auto temporary = store.make_temporary().value();
  std::filesystem::create_directories(temporary / "root");
  for (const auto& [name, bytes] : files) {
    std::filesystem::create_directories((temporary / "root" / name).parent_path());
    std::ofstream(temporary / "root" / name) << bytes;
  }
  return store.adopt_tree(envtool::Digest::of(key), temporary, std::move(record)).value();
}
