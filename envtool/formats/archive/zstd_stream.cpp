#include <zstd.h>
#include <zstd_errors.h>

#include <bit>

#include "envtool/formats/archive/codec.hpp"

namespace envtool::archive {
namespace {

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

class ZstdStream : public ByteStream {
 public:
  ZstdStream(std::unique_ptr<ByteStream> source, std::string object)
      : input_(std::move(source)), object_(std::move(object)), context_(ZSTD_createDCtx()) {}

  Result<void> start(ByteCount memory) {
    const int window_log = std::bit_width(memory.value) - 1;
    if (!context_ || ZSTD_isError(ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, window_log)))
      return fail(Code::internal, "cannot start the zstd decoder for " + object_);
    return {};
  }

  Result<std::size_t> read(std::span<char> into) override {
    ZSTD_outBuffer out{into.data(), into.size(), 0};
    while (out.pos == 0 && !into.empty()) {
      ENVTOOL_TRY(const bool more, input_.fill());
      const std::span<char> rest = input_.rest();
      ZSTD_inBuffer in{rest.data(), rest.size(), 0};
      const std::size_t status = ZSTD_decompressStream(context_.get(), &out, &in);
      input_.consume(in.pos);
      if (ZSTD_isError(status)) return failure(status);
      if (!more && out.pos == 0) {
        if (in_frame_) return damaged(object_, "it is cut short");
        break;
      }
      in_frame_ = status != 0;
    }
    return out.pos;
  }

 private:
  Failure failure(std::size_t status) const {
    const ZSTD_ErrorCode code = ZSTD_getErrorCode(status);
    if (code == ZSTD_error_frameParameter_windowTooLarge)
      return fail(Code::hostile_archive, object_ + " asks for too much memory to unpack");
    if (code == ZSTD_error_memory_allocation) return fail(Code::io, "no memory left to unpack " + object_);
    return damaged(object_, "it is not valid zstd data");
  }

  CodecInput input_;
  std::string object_;
  std::unique_ptr<ZSTD_DCtx, FreeContext> context_;
  bool in_frame_ = false;
};

}  // namespace

Result<std::unique_ptr<ByteStream>> make_zstd_stream(std::unique_ptr<ByteStream> source, std::string object,
                                                     ByteCount memory) {
  auto stream = std::make_unique<ZstdStream>(std::move(source), std::move(object));
  ENVTOOL_CHECK(stream->start(memory));
  return stream;
}

}  // namespace envtool::archive
