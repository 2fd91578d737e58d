#pragma once
#include <compare>
#include <string>
#include <string_view>

#include "envtool/support/result.hpp"

namespace envtool {

/// An OCI platform: "linux/amd64" or "linux/arm64".
struct Platform {
  std::string os = "linux";
  std::string architecture;  ///< GOARCH name: amd64, arm64 (Debian's name is the same)
  auto operator<=>(const Platform&) const = default;

  /// Errors: bad_input, with the two that are supported.
  static Result<Platform> parse(std::string_view text);
  static Platform host();
  [[nodiscard]] std::string str() const { return os + "/" + architecture; }
  /// uname -m and PEP 425 spelling: x86_64, aarch64.
  [[nodiscard]] std::string machine() const { return architecture == "arm64" ? "aarch64" : "x86_64"; }
};

}  // namespace envtool
