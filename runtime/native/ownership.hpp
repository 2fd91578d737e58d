#pragma once
// The supervisor of faked ownership (design §6): chown calls of a build step arrive here by seccomp
// notification, are answered with success and recorded.
#include <sys/types.h>

#include <map>
#include <string>
#include <utility>

#include "envtool/support/unique_fd.hpp"

struct seccomp_notif;

namespace envtool::runtime::native {

class OwnershipRecorder {
 public:
  /// `written`: the folder that the step writes to (its upper, or the tree), to look up what it holds at the
  /// end.
  explicit OwnershipRecorder(std::string written);
  ~OwnershipRecorder();
  OwnershipRecorder(const OwnershipRecorder&) = delete;
  OwnershipRecorder& operator=(const OwnershipRecorder&) = delete;
  /// Take and answer one call from the listener. False when nobody can call any more.
  bool serve(int listener);
  /// Lines "path uid gid mode" (uid and gid in decimal, mode four octal digits), sorted by path. What was
  /// renamed since is under its new name, what was removed is left out.
  [[nodiscard]] std::string render() const;

 private:
  struct Owned {
    UniqueFd file;     ///< O_PATH: its name at the end is the file's, not the one that was used
    std::string path;  ///< as named then, where no descriptor is left
    uid_t uid = 0;
    gid_t gid = 0;
  };
  void record(const seccomp_notif& call);
  std::map<std::pair<dev_t, ino_t>, Owned> owned_;
  std::string written_;
  std::size_t open_limit_ = 0;
};

}  // namespace envtool::runtime::native
