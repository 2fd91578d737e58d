#pragma once
#include <string>
#include <string_view>

#include "envtool/support/result.hpp"

namespace envtool {

/// A URL of RFC 3986, split at its delimiters; percent-encoding is kept as written.
struct Url {
  std::string scheme;    ///< lower case
  std::string userinfo;  ///< "user:password", never printed
  std::string host;      ///< lower case, with brackets for IPv6
  std::string port;      ///< digits or empty
  std::string path;
  std::string query;     ///< without '?'
  std::string fragment;  ///< without '#'

  /// Errors: bad_input (no scheme, control characters, over 8 KiB).
  static Result<Url> parse(std::string_view text);
  /// RFC 3986 §5.2 reference resolution.
  [[nodiscard]] Result<Url> resolve(std::string_view reference) const;
  /// With userinfo: for the network only.
  [[nodiscard]] std::string full() const;
  /// For people, logs and files: no userinfo, no fragment.
  [[nodiscard]] std::string redacted() const;
  [[nodiscard]] std::string without_fragment() const;
  /// Last path segment, percent-decoded.
  [[nodiscard]] std::string filename() const;
  bool operator==(const Url&) const = default;
};

std::string percent_decode(std::string_view text);
/// Everything but RFC 3986 unreserved characters is encoded; `keep` lists further characters left alone.
std::string percent_encode(std::string_view text, std::string_view keep = "");

}  // namespace envtool
