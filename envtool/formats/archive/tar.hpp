#pragma once
// tar: ustar, pax (POSIX.1-2017 pax, "pax Interchange Format"), GNU long names and base-256 numbers.
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "envtool/formats/archive/byte_stream.hpp"

namespace envtool::archive {

struct TarEntry {
  enum class Type { file, directory, symlink, hardlink, character_device, block_device, fifo };
  Type type = Type::file;
  std::string path;        ///< clean: relative, no "./", no trailing slash; "" is the root itself
  std::string link;        ///< symlink: target as stored; hardlink: clean path of the other name
  std::uint64_t size = 0;  ///< of the content (files only)
  std::uint32_t mode = 0;  ///< 07777
  std::uint32_t uid = 0, gid = 0;
  std::int64_t mtime = 0;  ///< seconds; fractions are dropped
  std::uint32_t device_major = 0, device_minor = 0;
  std::map<std::string, std::string> xattrs;  ///< "security.capability" → raw bytes (SCHILY.xattr)
  bool operator==(const TarEntry&) const = default;
};

struct TarLimits {
  std::uint64_t entries = 5'000'000;
  ByteCount total = ByteCount{256ULL << 30};  ///< of all contents
};

/// Reads entries one by one from plain tar bytes (put `decompress` before it).
class TarReader {
 public:
  /// `source` must outlive the reader; `object` names it in errors.
  TarReader(ByteStream& source, std::string object, TarLimits limits = {});
  /// The next entry, or nullopt at the end. What is left of the content before it is skipped.
  /// Errors: bad_input — wrong checksum, cut short, an entry type or sparse file that is not supported;
  ///         hostile_archive — path leaves the root (clean_path), hard link out of it, beyond a limit.
  Result<std::optional<TarEntry>> next();
  /// Content of the current entry, as ByteStream::read: 0 is its end.
  Result<std::size_t> read(std::span<char> into);
  /// All of the content. Errors: as read; hostile_archive over `limit`.
  Result<std::string> read_content(ByteCount limit);

 private:
  using Block = std::array<char, 512>;
  using Records = std::map<std::string, std::string>;
  Result<bool> read_block(Block& block);
  Result<void> skip_content();
  Result<std::string> read_extension(std::uint64_t size);
  Result<std::optional<TarEntry>> next_header(Records& records);
  Result<TarEntry> finish_entry(const Block& block, Records records);
  Result<void> begin_content(std::uint64_t size);
  ByteStream& source_;
  std::string object_;
  TarLimits limits_;
  Records global_;
  std::uint64_t left_ = 0;     ///< content bytes of the current entry not yet read
  std::uint64_t padding_ = 0;  ///< after them
  std::uint64_t entries_ = 0, total_ = 0;
};

/// Writes a tar whose bytes depend on the entries alone: ustar headers, a pax header only for what does not
/// fit (long names, big numbers, xattrs), no user or group names.
class TarWriter {
 public:
  explicit TarWriter(Sink sink) : sink_(std::move(sink)) {}
  /// Header of one entry; a file's `size` bytes must follow by `write`. `path` is a clean one; directories
  /// get their trailing slash here. Errors: the sink's; internal when the entry before is not complete.
  Result<void> add(const TarEntry& entry);
  Result<void> write(std::string_view bytes);
  /// The closing zero blocks. Call once.
  Result<void> finish();
  /// Bytes handed to the sink so far.
  [[nodiscard]] ByteCount written() const { return written_; }

 private:
  Result<void> put(std::string_view bytes);
  Result<void> end_content();
  Sink sink_;
  ByteCount written_;
  std::uint64_t left_ = 0;
};

/// The 512 header bytes (and pax header before them) of an entry, as TarWriter::add puts them.
std::string render_tar_header(const TarEntry& entry);

}  // namespace envtool::archive
