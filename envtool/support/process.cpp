#include "envtool/support/process.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "envtool/support/unique_fd.hpp"

namespace envtool {

std::optional<std::uint64_t> process_start_time(pid_t pid) {
  char text[1024];
  std::snprintf(text, sizeof text, "/proc/%d/stat", static_cast<int>(pid));
  UniqueFd fd(::open(text, O_RDONLY | O_CLOEXEC));
  if (!fd) return std::nullopt;
  const ssize_t size = ::read(fd.get(), text, sizeof text - 1);
  if (size <= 0) return std::nullopt;
  text[size] = '\0';
  // The name in field 2 may hold blanks and parentheses: fields are counted from the last one.
  const char* at = std::strrchr(text, ')');
  if (at == nullptr || at[1] != ' ' || at[2] == 'Z' || at[2] == 'X') return std::nullopt;
  ++at;
  for (int field = 3; field <= 22; ++field) {
    at = std::strchr(at, ' ');
    if (at == nullptr) return std::nullopt;
    if (field < 22) ++at;
  }
  return std::strtoull(at, nullptr, 10);
}

}  // namespace envtool
