#pragma once
// zip (APPNOTE 6.3.10) as wheels use it: stored and deflated members, zip64, data descriptors.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "envtool/formats/archive/byte_stream.hpp"

namespace envtool::archive {

struct ZipMember {
  std::string name;  ///< as stored: not yet through clean_path
  std::uint64_t compressed_size = 0, size = 0;
  std::uint32_t crc32 = 0;
  std::uint16_t method = 0;     ///< 0 stored, 8 deflated
  std::uint32_t unix_mode = 0;  ///< st_mode where the archive was made on Unix, else 0
  std::uint64_t header_offset = 0;
  [[nodiscard]] bool is_directory() const { return name.ends_with('/'); }
  bool operator==(const ZipMember&) const = default;
};

struct ZipLimits {
  std::uint64_t members = 200'000;
  ByteCount total = ByteCount{32ULL << 30};  ///< of all members unpacked
  /// Deflate cannot pass 1032:1, and real data far below it; a member over this many bytes with a higher
  /// ratio is a bomb.
  std::uint64_t ratio = 300;
  ByteCount ratio_from = ByteCount{64ULL << 20};
};

/// Where the central directory is: what a reader of a remote file asks for by ranges.
struct ZipDirectoryPlace {
  std::uint64_t offset = 0, size = 0, members = 0;
};
/// From the last bytes of a file (the last 64 KiB + 22 + 20 + 56 hold it for sure; fewer often do).
/// In:     `tail`, the last bytes; `file_size`, of the whole.
/// Errors: bad_input — no end record in `tail`; several disks.
Result<ZipDirectoryPlace> find_zip_directory(std::string_view tail, std::uint64_t file_size,
                                             std::string_view object);
/// Errors: bad_input — damaged, encrypted or of an unknown method; hostile_archive — duplicate names, limits.
Result<std::vector<ZipMember>> parse_zip_directory(std::string_view directory, const ZipDirectoryPlace& place,
                                                   std::string_view object, const ZipLimits& limits = {});

class ZipReader {
 public:
  /// Reads the central directory. `source` must outlive the reader; `object` names it in errors.
  /// Errors: those of the two above; io.
  static Result<ZipReader> open(const RandomAccess& source, std::string object, ZipLimits limits = {});

  [[nodiscard]] const std::vector<ZipMember>& members() const { return members_; }
  [[nodiscard]] const ZipMember* find(std::string_view name) const;

  /// Streams one member's bytes to `sink`, in pieces of at most 256 KiB. Thread-safe, but the sink must not
  /// read from a zip itself (a thread has one set of buffers).
  /// Errors: bad_input — local header and directory disagree, damaged data, wrong size or CRC;
  ///         hostile_archive — more bytes than declared; the sink's.
  Result<void> extract(const ZipMember& member, const Sink& sink) const;
  /// A small member whole. Errors: as extract; hostile_archive over `limit`.
  Result<std::string> read(const ZipMember& member, ByteCount limit) const;

 private:
  ZipReader(const RandomAccess& source, std::string object, ZipLimits limits)
      : source_(&source), object_(std::move(object)), limits_(limits) {}
  /// Out: offset of the data from the header.
  Result<std::uint64_t> check_local_header(const ZipMember& member, std::string_view head) const;
  const RandomAccess* source_;
  std::string object_;
  ZipLimits limits_;
  std::vector<ZipMember> members_;
  std::uint64_t directory_ = 0;  ///< its offset: members end before it
};

}  // namespace envtool::archive
