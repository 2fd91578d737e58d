#pragma once
// The three decompressors behind `decompress`: private to this folder.
#include <memory>
#include <string>

#include "envtool/formats/archive/byte_stream.hpp"
#include "envtool/formats/archive/decompress.hpp"

namespace envtool::archive {

inline constexpr std::size_t kCodecBuffer = 128 << 10;

std::unique_ptr<ByteStream> make_gzip_stream(std::unique_ptr<ByteStream> source, std::string object);
Result<std::unique_ptr<ByteStream>> make_xz_stream(std::unique_ptr<ByteStream> source, std::string object,
                                                   ByteCount memory);
Result<std::unique_ptr<ByteStream>> make_zstd_stream(std::unique_ptr<ByteStream> source, std::string object,
                                                     ByteCount memory);

/// Compressed bytes read ahead from the source.
class CodecInput {
 public:
  explicit CodecInput(std::unique_ptr<ByteStream> source)
      : source_(std::move(source)), buffer_(kCodecBuffer, '\0') {}
  /// Reads more when the buffer is empty. Out: whether there are bytes.
  Result<bool> fill() {
    if (begin_ < end_) return true;
    ENVTOOL_TRY(end_, source_->read(buffer_));
    begin_ = 0;
    return end_ > 0;
  }
  [[nodiscard]] std::span<char> rest() { return std::span(buffer_).subspan(begin_, end_ - begin_); }
  void consume(std::size_t count) { begin_ += count; }

 private:
  std::unique_ptr<ByteStream> source_;
  std::string buffer_;
  std::size_t begin_ = 0, end_ = 0;
};

inline Failure damaged(const std::string& object, std::string_view why) {
  return fail(Code::bad_input, object + " is damaged: " + std::string(why),
              "the download may be incomplete: remove the file and try again");
}

}  // namespace envtool::archive
