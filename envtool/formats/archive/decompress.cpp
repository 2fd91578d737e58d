#include "envtool/formats/archive/decompress.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "envtool/formats/archive/codec.hpp"

namespace envtool::archive {
namespace {

/// Gives back the bytes that were read to detect the compression, then the rest.
class PrefixedStream : public ByteStream {
 public:
  PrefixedStream(std::string prefix, ByteStream& source) : prefix_(std::move(prefix)), source_(source) {}
  Result<std::size_t> read(std::span<char> into) override {
    if (given_ == prefix_.size()) return source_.read(into);
    const std::size_t count = std::min(into.size(), prefix_.size() - given_);
    std::memcpy(into.data(), prefix_.data() + given_, count);
    given_ += count;
    return count;
  }

 private:
  std::string prefix_;
  std::size_t given_ = 0;
  ByteStream& source_;
};

class LimitedStream : public ByteStream {
 public:
  LimitedStream(std::unique_ptr<ByteStream> source, std::string object, ByteCount limit)
      : source_(std::move(source)), object_(std::move(object)), limit_(limit) {}
  Result<std::size_t> read(std::span<char> into) override {
    ENVTOOL_TRY(const std::size_t got, source_->read(into));
    total_ += got;
    if (total_ > limit_.value)
      return fail(Code::hostile_archive, object_ + " unpacks to more than " + render(limit_));
    return got;
  }

 private:
  std::unique_ptr<ByteStream> source_;
  std::string object_;
  ByteCount limit_;
  std::uint64_t total_ = 0;
};

}  // namespace

std::string_view name(Compression compression) {
  switch (compression) {
    case Compression::none:
      return "none";
    case Compression::gzip:
      return "gzip";
    case Compression::xz:
      return "xz";
    case Compression::zstd:
      return "zstd";
  }
  return "none";
}

Compression detect_compression(std::string_view first_bytes) {
  using namespace std::string_view_literals;
  if (first_bytes.starts_with("\x1f\x8b"sv)) return Compression::gzip;
  if (first_bytes.starts_with("\xfd"
                              "7zXZ\0"sv))
    return Compression::xz;
  if (first_bytes.starts_with("\x28\xb5\x2f\xfd"sv)) return Compression::zstd;
  // A skippable frame (RFC 8878 §3.1.2) may come first: pzstd writes one.
  if (first_bytes.size() >= 4 && (first_bytes[0] & '\xf0') == '\x50' &&
      first_bytes.substr(1, 3) == "\x2a\x4d\x18"sv)
    return Compression::zstd;
  return Compression::none;
}

Result<std::unique_ptr<ByteStream>> decompress(ByteStream& source, std::string object,
                                               DecompressLimits limits) {
  std::string head(6, '\0');
  ENVTOOL_TRY(const std::size_t got, read_full(source, head));
  head.resize(got);
  const Compression compression = detect_compression(head);
  std::unique_ptr<ByteStream> stream = std::make_unique<PrefixedStream>(std::move(head), source);
  switch (compression) {
    case Compression::none:
      break;
    case Compression::gzip:
      stream = make_gzip_stream(std::move(stream), object);
      break;
    case Compression::xz: {
      ENVTOOL_TRY(stream, make_xz_stream(std::move(stream), object, limits.memory));
      break;
    }
    case Compression::zstd: {
      ENVTOOL_TRY(stream, make_zstd_stream(std::move(stream), object, limits.memory));
      break;
    }
  }
  return std::make_unique<LimitedStream>(std::move(stream), std::move(object), limits.output);
}

Result<std::string> decompress_all(std::string_view bytes, ByteCount limit, std::string object) {
  MemoryStream source(bytes);
  ENVTOOL_TRY(const auto stream, decompress(source, object));
  return read_all(*stream, limit, object);
}

}  // namespace envtool::archive
