#include "envtool/store/temporary.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <random>

#include "envtool/store/layout.hpp"
#include "envtool/support/files.hpp"
#include "envtool/support/text.hpp"

namespace envtool::store {
namespace fs = std::filesystem;
namespace {

// Field 22 of /proc/PID/stat (proc(5)), counted after the command's name, which may hold anything.
std::string start_time(std::string_view pid) {
  auto text = read_file("/proc/" + std::string(pid) + "/stat", 64_KiB);
  if (!text) return {};
  const std::size_t end = text->rfind(')');
  if (end == std::string::npos || end + 2 > text->size()) return {};
  const auto fields = split(std::string_view(*text).substr(end + 2), ' ');
  return fields.size() > 19 ? std::string(fields[19]) : std::string();
}

}  // namespace

Result<fs::path> make_temporary_folder(const fs::path& store) {
  static const pid_t pid = ::getpid();
  static const std::string own_start = start_time(std::to_string(pid));
  // After fork the process is another one.
  const std::string own = ::getpid() == pid ? own_start : start_time(std::to_string(::getpid()));
  std::random_device random;
  for (int attempt = 0; attempt < 16; ++attempt) {
    char suffix[17];
    std::snprintf(suffix, sizeof suffix, "%08x%08x", random(), random());
    const fs::path path =
        layout::temporaries(store) / (std::to_string(::getpid()) + "-" + own + "-" + suffix);
    if (::mkdir(path.c_str(), 0700) == 0) return path;
    if (errno != EEXIST) return fail_errno("create folder", path.native());
  }
  return fail(Code::io, "cannot find a free name in " + layout::temporaries(store).native());
}

bool owner_is_alive(std::string_view folder_name) {
  const auto parts = split(folder_name, '-');
  if (parts.size() != 3 || parts[0].empty()) return false;
  for (const char c : parts[0])
    if (c < '0' || c > '9') return false;
  const std::string start = start_time(parts[0]);
  return !start.empty() && start == parts[1];
}

Result<void> discard(const fs::path& store, const fs::path& path) {
  ENVTOOL_TRY(const fs::path temporary, make_temporary_folder(store));
  const fs::path away = temporary / "gone";
  if (::rename(path.c_str(), away.c_str()) != 0 && errno != ENOENT)
    return fail_errno("move away", path.native());
  return remove_tree(temporary);
}

}  // namespace envtool::store
