#pragma once
// RECORD (PEP 376, 427), WHEEL and entry_points.txt: the other files of *.dist-info.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "envtool/support/digest.hpp"
#include "envtool/support/result.hpp"

namespace envtool::pep {

struct RecordEntry {
  std::string path;  ///< '/' between folders
  std::string hash;  ///< "sha256=<urlsafe base64 without padding>", or empty
  std::optional<std::uint64_t> size;
  bool operator==(const RecordEntry&) const = default;
  /// The hash when it is a sha256; nullopt for none and for other algorithms.
  [[nodiscard]] std::optional<Digest> sha256() const;
};

/// In: the bytes of RECORD (CSV: quotes, commas in quotes, LF or CR LF). Errors: bad_input with the line.
Result<std::vector<RecordEntry>> parse_record(std::string_view bytes);
/// LF line ends; quotes only where needed. `parse_record(render_record(x)) == x`.
std::string render_record(const std::vector<RecordEntry>& entries);
/// "sha256=…" as RECORD writes it.
std::string record_hash(const Digest& digest);

struct WheelFile {
  std::string wheel_version;
  bool root_is_purelib = false;
  std::vector<std::string> tags;
  std::string build;
  /// Errors: bad_input — no Wheel-Version or Root-Is-Purelib; unsupported — a major version other than 1.
  static Result<WheelFile> parse(std::string_view bytes);
};

/// `name = module:attribute [extra]`. Source: entry points specification, "File format".
struct EntryPoint {
  std::string name;
  std::string module;     ///< "pkg.sub"
  std::string attribute;  ///< "main", "cls.method"
  std::vector<std::string> extras;
  bool operator==(const EntryPoint&) const = default;
};
struct EntryPoints {
  std::vector<EntryPoint> console_scripts;
  std::vector<EntryPoint> gui_scripts;
  /// Errors: bad_input, with line: a script whose name could leave its folder ('/', ".."), whose target is
  /// not `module:attribute` in identifiers (it becomes code), or that is given two targets. Other groups are
  /// not looked at.
  static Result<EntryPoints> parse(std::string_view bytes);
};

}  // namespace envtool::pep
