#include <isa-l/igzip_lib.h>

#include "envtool/formats/archive/codec.hpp"

namespace envtool::archive {
namespace {

class GzipStream : public ByteStream {
 public:
  GzipStream(std::unique_ptr<ByteStream> source, std::string object)
      : input_(std::move(source)), object_(std::move(object)), state_(std::make_unique<inflate_state>()) {
    restart();
  }

  Result<std::size_t> read(std::span<char> into) override {
    if (into.empty()) return std::size_t{0};
    while (!ended_) {
      if (state_->block_state == ISAL_BLOCK_FINISH && state_->tmp_out_processed == state_->tmp_out_valid) {
        ENVTOOL_CHECK(next_member());
        continue;
      }
      ENVTOOL_TRY(const bool has_input, input_.fill());
      ENVTOOL_TRY(const std::size_t got, inflate(into));
      if (got > 0) return got;
      if (!has_input && state_->block_state != ISAL_BLOCK_FINISH) return damaged(object_, "it is cut short");
    }
    return std::size_t{0};
  }

 private:
  void restart() {
    isal_inflate_init(state_.get());
    state_->crc_flag = ISAL_GZIP;
  }

  Result<std::size_t> inflate(std::span<char> into) {
    const std::span<char> rest = input_.rest();
    state_->next_in = reinterpret_cast<std::uint8_t*>(rest.data());
    state_->avail_in = static_cast<std::uint32_t>(rest.size());
    state_->next_out = reinterpret_cast<std::uint8_t*>(into.data());
    const auto room = static_cast<std::uint32_t>(std::min<std::size_t>(into.size(), 1U << 30));
    state_->avail_out = room;
    const int status = isal_inflate(state_.get());
    if (status != ISAL_DECOMP_OK && status != ISAL_END_INPUT && status != ISAL_OUT_OVERFLOW)
      return damaged(object_, status == ISAL_INCORRECT_CHECKSUM ? "its gzip checksum is wrong"
                                                                : "it is not valid gzip data");
    input_.consume(rest.size() - state_->avail_in);
    return std::size_t{room - state_->avail_out};
  }

  /// RFC 1952 §2.2: members follow each other; zero bytes after the last are padding.
  Result<void> next_member() {
    while (true) {
      ENVTOOL_TRY(const bool more, input_.fill());
      if (!more) {
        ended_ = true;
        return {};
      }
      const char first = input_.rest().front();
      if (first == '\x1f') break;
      if (first != 0) return damaged(object_, "bytes follow the gzip data");
      input_.consume(1);
    }
    restart();
    return {};
  }

  CodecInput input_;
  std::string object_;
  std::unique_ptr<inflate_state> state_;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<ByteStream> make_gzip_stream(std::unique_ptr<ByteStream> source, std::string object) {
  return std::make_unique<GzipStream>(std::move(source), std::move(object));
}

}  // namespace envtool::archive
