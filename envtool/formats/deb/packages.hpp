#pragma once
// The package list of an archive: 50 MB of text of which a solver asks a few hundred paragraphs. It is read
// once, as a stream, into a compact form that can be kept in a file, mapped and asked without reading it
// again.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "envtool/support/byte_count.hpp"
#include "envtool/support/digest.hpp"
#include "envtool/support/result.hpp"

namespace envtool::deb {

/// One binary package as the list describes it; views into the index.
struct PackageEntry {
  std::string_view name, version;
  std::string_view architecture;  ///< the index's own, or "all"
  std::string_view multi_arch;    ///< same, foreign, allowed or empty
  bool essential = false;
  int priority = 0;  ///< 0 required, 1 important, 2 standard, 3 anything else
  std::string_view pre_depends, depends, conflicts, breaks, provides;
  std::string_view filename;  ///< relative to the archive root
  ByteCount size;
  Digest sha256;
};

/// The compact form, over bytes owned by someone else.
class PackageIndex {
 public:
  PackageIndex() = default;
  /// Bytes that PackagesReader::finish made, perhaps in another process. Every access is bounds-checked, so a
  /// damaged file gives wrong answers at worst. Errors: bad_input — another format version, cut short.
  static Result<PackageIndex> open(std::string_view bytes);

  [[nodiscard]] std::uint32_t size() const { return records_; }
  [[nodiscard]] PackageEntry at(std::uint32_t number) const;
  /// Numbers of the packages of this name, in the list's order.
  [[nodiscard]] std::vector<std::uint32_t> find(std::string_view name) const;
  /// Numbers of the packages whose Provides has this name, in the list's order.
  [[nodiscard]] std::vector<std::uint32_t> providers(std::string_view name) const;
  [[nodiscard]] std::vector<std::uint32_t> essential() const;

 private:
  [[nodiscard]] std::string_view blob(std::uint32_t at, std::uint32_t length) const;

  std::string_view records_bytes_, provides_bytes_, names_bytes_, provided_bytes_, essential_bytes_, blob_;
  std::string_view architecture_;
  std::uint32_t records_ = 0;
};

/// Reads the text of a Packages file as it arrives.
class PackagesReader {
 public:
  /// `architecture`: paragraphs of another one (and not "all") are skipped. `expected` text size only sizes
  /// buffers.
  explicit PackagesReader(std::string_view architecture, ByteCount expected = {});

  /// Errors: bad_input, with the package or the line — a paragraph without a needed field, a line that is no
  /// field, a name or file name with characters that are not allowed, a paragraph of over 16 MiB.
  /// Source: Debian wiki, DebianRepository/Format, "Packages" indices.
  Result<void> feed(std::string_view text);
  /// The compact form; the reader is spent. Errors: as feed.
  Result<std::string> finish();

 private:
  struct Stanza;
  Result<void> take(std::string_view paragraphs);
  Result<void> take_line(std::string_view line, Stanza& stanza);
  Result<void> add(const Stanza& stanza);
  void add_provides(std::string_view field, std::uint32_t record);
  std::uint32_t put(std::string_view text);

  std::string architecture_, pending_, blob_, records_, provides_;
  std::vector<std::uint32_t> essential_;
  std::uint32_t count_ = 0;
};

}  // namespace envtool::deb
