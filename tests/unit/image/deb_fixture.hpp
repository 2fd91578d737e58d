#pragma once
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "envtool/formats/archive/tar.hpp"
#include "envtool/image/deb_unpack.hpp"
#include "envtool/support/files.hpp"

struct DebScratch {
  DebScratch() {
    std::string name = (std::filesystem::temp_directory_path() / "envtool-deb-XXXXXX").native();
    path = ::mkdtemp(name.data());
    std::filesystem::create_directory(root());
  }
  ~DebScratch() { (void)envtool::remove_tree(path); }
  DebScratch(const DebScratch&) = delete;
  DebScratch& operator=(const DebScratch&) = delete;
  [[nodiscard]] std::filesystem::path root() const { return path / "root"; }
  [[nodiscard]] std::string text(const std::filesystem::path& relative) const {
    return envtool::read_file(root() / relative).value_or("absent");
  }
  std::filesystem::path path;
};

inline envtool::archive::TarEntry entry(envtool::archive::TarEntry::Type type, const std::string& path,
                                        std::uint32_t mode = 0755, const std::string& link = "") {
  envtool::archive::TarEntry out;
  out.type = type;
  out.path = path;
  out.mode = mode;
  out.link = link;
  return out;
}
inline envtool::archive::TarEntry folder(const std::string& path, std::uint32_t mode = 0755) {
  return entry(envtool::archive::TarEntry::Type::directory, path, mode);
}
inline envtool::archive::TarEntry link_to(const std::string& path, const std::string& target) {
  return entry(envtool::archive::TarEntry::Type::symlink, path, 0777, target);
}

struct TarItem {
  envtool::archive::TarEntry entry;
  std::string bytes;
};
inline TarItem file(const std::string& path, const std::string& bytes, std::uint32_t mode = 0644) {
  TarItem out{entry(envtool::archive::TarEntry::Type::file, path, mode), bytes};
  out.entry.size = bytes.size();
  return out;
}

inline void must(const envtool::Result<void>& result) {
  if (!result) throw std::runtime_error(result.error().what);
}

inline std::string make_tar(const std::vector<TarItem>& items) {
  std::string out;
  envtool::archive::TarWriter tar([&](std::string_view bytes) -> envtool::Result<void> {
    out.append(bytes);
    return {};
  });
  for (const TarItem& item : items) {
    must(tar.add(item.entry));
    if (!item.bytes.empty()) must(tar.write(item.bytes));
  }
  must(tar.finish());
  return out;
}

inline std::string ar_member(const std::string& name, const std::string& bytes) {
  char header[61];
  std::snprintf(header, sizeof header, "%-16s%-12s%-6s%-6s%-8s%-10zu`\n", name.c_str(), "0", "0", "0",
                "100644", bytes.size());
  return std::string(header, 60) + bytes + (bytes.size() % 2 != 0 ? "\n" : "");
}

struct DebSource {
  std::string name, extra_control;
  std::vector<TarItem> control, data;
};

inline envtool::project::LockedDeb pin(const std::string& name) { return {name, "1.0", "amd64", {}}; }

inline std::filesystem::path write_deb(const DebScratch& scratch, const DebSource& source) {
  std::vector<TarItem> control = source.control;
  control.push_back(file("control", "Package: " + source.name + "\nVersion: 1.0\nArchitecture: amd64\n" +
                                        source.extra_control + "Description: test\n more\n"));
  const std::filesystem::path path = scratch.path / (source.name + ".deb");
  std::ofstream(path) << "!<arch>\n" + ar_member("debian-binary", "2.0\n") +
                             ar_member("control.tar", make_tar(control)) +
                             ar_member("data.tar", make_tar(source.data));
  return path;
}
