#pragma once
// One tree that many archives are unpacked into, from several threads, with the same result whatever the
// order: what two archives disagree on is decided by their rank, never by who came first.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "envtool/formats/archive/tar.hpp"
#include "envtool/store/store.hpp"
#include "envtool/support/unique_fd.hpp"

namespace envtool::image {

/// Full mode bits that a script or an archive may give, and those that the disk gets: no setuid or setgid (a
/// store holds no setuid files), and always readable for the owner, because layers are made from it.
struct DiskMode {
  static std::uint32_t file(std::uint32_t mode) { return (mode & 01777U) | 0400U; }
  static std::uint32_t folder(std::uint32_t mode) { return (mode & 01777U) | 0700U; }
};

class UnpackTarget {
 public:
  /// `archives` are names for errors, in order of rank. `lowers`, bottom first, are what the tree will lie
  /// over: their symbolic links to folders are followed, as dpkg does on a running system.
  enum class Times { drop, keep };  ///< mtimes of the archives' entries
  UnpackTarget(std::filesystem::path root, std::vector<std::string> archives,
               std::vector<std::filesystem::path> lowers = {}, Times times = Times::drop);

  /// Whether there is a system below that programs can run in before this tree is whole.
  [[nodiscard]] bool has_lowers() const { return !lowers_.empty(); }

  /// Names that this archive may take over from others (Replaces). Before its first entry.
  void set_replaces(std::size_t archive, std::vector<std::string> names);

  /// Reads an entry's content, piece by piece; 0 is the end.
  using Content = std::function<Result<std::size_t>(std::span<char>)>;

  /// Unpack one entry. Symbolic links are kept back until `finish`, or until `flush_links` of that archive.
  /// Out:    true when the entry now belongs to this archive; false when another one's took precedence.
  /// Errors: hostile_archive — a folder that resolves out of the tree; bad_input — two archives have the same
  ///         file and neither replaces the other's; io.
  Result<bool> add(std::size_t archive, const archive::TarEntry& entry, const Content& content);
  Result<void> flush_links(std::size_t archive);

  /// A link that any archive may ask for, made at once: /bin → usr/bin. No owner, and no error when it is
  /// there.
  Result<void> add_shared_link(const archive::TarEntry& link);

  /// Overlay whiteouts and opaque folders, which need no privilege outside an overlay. Errors: io.
  Result<void> add_whiteout(const std::string& path);
  Result<void> make_opaque(const std::string& folder);

  /// Links and folder modes; call once, when every archive is unpacked.
  Result<void> finish();

  /// What the disk does not hold of the entries, by path.
  [[nodiscard]] std::map<std::string, store::EntryAttributes> attributes() const;

 private:
  struct Owner {
    std::size_t archive = 0;
    store::EntryAttributes attributes;
    std::int64_t mtime = 0;
  };
  struct Link {
    std::size_t archive = 0;
    std::string path;
    archive::TarEntry entry;
  };

  Result<std::string> real_folder(const std::string& folder, int depth = 0);
  Result<std::string> real_path(const std::string& path);
  Result<std::string> step_into(const std::string& parent, const std::string& name, int depth);
  enum class Kind { absent, folder, link, other };
  Kind kind_of(const std::string& path, std::string& link) const;
  [[nodiscard]] std::optional<std::uint32_t> lower_folder_mode(const std::string& path) const;
  Result<bool> claim(std::size_t archive, const std::string& path, const archive::TarEntry& entry);
  void note(std::size_t archive, const std::string& path, const archive::TarEntry& entry);
  Result<void> add_folder(std::size_t archive, const archive::TarEntry& entry);
  Result<void> write_file(const std::string& path, const archive::TarEntry& entry, const Content& content);
  Result<void> make_link(const Link& link);
  Result<void> keep_time(const std::string& path, std::int64_t mtime) const;
  [[nodiscard]] std::string shown(const std::string& path) const;

  std::filesystem::path root_;
  UniqueFd root_fd_;
  std::vector<std::string> archives_;
  std::vector<std::vector<std::string>> replaces_;
  std::vector<std::filesystem::path> lowers_;
  Times times_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::string> real_;  ///< folder as named → as it is
  std::unordered_map<std::string, Owner> files_, folders_;
  std::vector<Link> links_;
};

}  // namespace envtool::image
