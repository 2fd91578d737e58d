#pragma once
// One .deb into a tree, and what dpkg's database has to know of it. Nothing of the package is run here.
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "envtool/image/unpack_target.hpp"
#include "envtool/project/lock.hpp"
#include "envtool/support/result.hpp"

namespace envtool::image {

struct UnpackedDeb {
  std::string name, architecture;
  std::string control;            ///< the paragraph as shipped, ends with a newline
  bool multi_arch_same = false;   ///< dpkg names its info files "<name>:<architecture>"
  std::vector<std::string> list;  ///< paths as shipped, "/." first
  std::vector<std::pair<std::string, std::string>> conffiles;  ///< path, md5
  /// Other members of the control archive: name, bytes, executable.
  struct Member {
    std::string name, bytes;
    bool executable = false;
  };
  std::vector<Member> members;
  /// Its preinst diverts files of others, so it has to run before the unpacking: dpkg itself unpacks this
  /// one, in the container. Nothing of it is in the tree yet, and `list` and `conffiles` are empty.
  bool by_dpkg = false;
  [[nodiscard]] const std::string* member(std::string_view member_name) const;
  /// How dpkg names its files of the package: "libc6:amd64", "bash".
  [[nodiscard]] std::string info_name() const { return multi_arch_same ? name + ":" + architecture : name; }
  /// Whether it has a preinst that does something on a first installation.
  [[nodiscard]] bool needs_preinst() const;
};

/// In:     `file`, verified bytes of the pinned .deb; `rank`, its place among the target's archives.
/// Errors: bad_input — no .deb, or another package than the pin says; hostile_archive; io. `what` or the
/// chain
///         names the package.
/// Source: deb(5); deb-control(5); Debian policy appendix on maintainer scripts.
Result<UnpackedDeb> unpack_deb(const std::filesystem::path& file, const project::LockedDeb& pin,
                               std::size_t rank, UnpackTarget& target);

/// "/bin/sh" → "usr/bin/sh": every suite we build is merged-/usr, whatever the package still says. Out: the
/// clean relative path, and the top folder that has to be a link to usr/<top> ("" for none).
std::pair<std::string, std::string> merge_usr(std::string path);

}  // namespace envtool::image
