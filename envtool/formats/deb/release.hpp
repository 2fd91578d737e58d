#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "envtool/support/byte_count.hpp"
#include "envtool/support/digest.hpp"
#include "envtool/support/result.hpp"

namespace envtool::deb {

struct ReleaseFile {
  Digest sha256;
  ByteCount size;
};

/// A Release file: what an archive's suite has, by digest.
struct Release {
  std::string origin, suite, codename, version;
  std::chrono::sys_seconds date{};
  std::optional<std::chrono::sys_seconds> valid_until;
  std::vector<std::string> architectures, components;
  bool acquire_by_hash = false;
  /// `main/binary-amd64/Packages.gz` and so on. Only names that end in Packages with any suffix are kept: the
  /// rest (Contents, translations, icons) is hundreds of kilobytes that nobody asks for.
  std::map<std::string, ReleaseFile, std::less<>> packages;
};

/// Read the text of a Release whose signature was checked.
/// Errors: bad_input — not one paragraph, no Date, a Date that is none, no SHA256 list, a malformed entry.
/// Source: Debian wiki, DebianRepository/Format.
Result<Release> parse_release(std::string_view text);

/// "Sat, 11 Jul 2026 10:16:37 UTC", and the offset form of RFC 5322 (+0200). Errors: bad_input.
Result<std::chrono::sys_seconds> parse_date(std::string_view text);

/// Whether `bytes` are one clear-signed text and nothing else (RFC 4880 §7): a signature says nothing about
/// text before or after it. Errors: bad_input — unsigned, cut short, something around it.
Result<void> check_clear_signed(std::string_view bytes);

}  // namespace envtool::deb
