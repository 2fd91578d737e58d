#include "envtool/support/platform.hpp"

namespace envtool {

Result<Platform> Platform::parse(std::string_view text) {
  if (text == "linux/amd64") return Platform{.os = "linux", .architecture = "amd64"};
  if (text == "linux/arm64" || text == "linux/arm64/v8")
    return Platform{.os = "linux", .architecture = "arm64"};
  return fail(Code::bad_input, "'" + std::string(text) + "' is not a platform envtool builds for",
              "use linux/amd64 or linux/arm64");
}

Platform Platform::host() {
#if defined(__aarch64__)
  return {.os = "linux", .architecture = "arm64"};
#else
  return {.os = "linux", .architecture = "amd64"};
#endif
}

}  // namespace envtool
