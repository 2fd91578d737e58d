#include <lzma.h>

#include "envtool/formats/archive/codec.hpp"

namespace envtool::archive {
namespace {

class XzStream : public ByteStream {
 public:
  XzStream(std::unique_ptr<ByteStream> source, std::string object)
      : input_(std::move(source)), object_(std::move(object)) {}
  ~XzStream() override { lzma_end(&stream_); }
  XzStream(const XzStream&) = delete;
  XzStream& operator=(const XzStream&) = delete;

  Result<void> start(ByteCount memory) {
    // CONCATENATED: streams follow each other, zero padding between them (xz format 1.2.0 §2.2).
    if (lzma_stream_decoder(&stream_, memory.value, LZMA_CONCATENATED) != LZMA_OK)
      return fail(Code::internal, "cannot start the xz decoder for " + object_);
    return {};
  }

  Result<std::size_t> read(std::span<char> into) override {
    stream_.next_out = reinterpret_cast<std::uint8_t*>(into.data());
    stream_.avail_out = into.size();
    while (!ended_ && stream_.avail_out == into.size() && !into.empty()) {
      ENVTOOL_TRY(const bool more, input_.fill());
      const std::span<char> rest = input_.rest();
      stream_.next_in = reinterpret_cast<std::uint8_t*>(rest.data());
      stream_.avail_in = rest.size();
      const lzma_ret status = lzma_code(&stream_, more ? LZMA_RUN : LZMA_FINISH);
      input_.consume(rest.size() - stream_.avail_in);
      if (status == LZMA_STREAM_END) ended_ = true;
      else if (status != LZMA_OK) return failure(status);
    }
    return into.size() - stream_.avail_out;
  }

 private:
  Failure failure(lzma_ret status) const {
    if (status == LZMA_MEMLIMIT_ERROR)
      return fail(Code::hostile_archive, object_ + " asks for too much memory to unpack");
    if (status == LZMA_MEM_ERROR) return fail(Code::io, "no memory left to unpack " + object_);
    return damaged(object_, status == LZMA_BUF_ERROR ? "it is cut short" : "it is not valid xz data");
  }

  CodecInput input_;
  std::string object_;
  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<ByteStream>> make_xz_stream(std::unique_ptr<ByteStream> source, std::string object,
                                                   ByteCount memory) {
  auto stream = std::make_unique<XzStream>(std::move(source), std::move(object));
  ENVTOOL_CHECK(stream->start(memory));
  return stream;
}

}  // namespace envtool::archive
