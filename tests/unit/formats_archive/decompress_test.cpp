#include "envtool/formats/archive/decompress.hpp"

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <catch2/catch.hpp>

using namespace envtool;
using namespace envtool::archive;

namespace {

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(bytes.size() + 1024, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string xz(std::string_view bytes) {
  std::string out(bytes.size() + 1024, '\0');
  std::size_t size = 0;
  REQUIRE(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, nullptr,
                                  reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(),
                                  reinterpret_cast<std::uint8_t*>(out.data()), &size, out.size()) == LZMA_OK);
  out.resize(size);
  return out;
}

std::string zstd(std::string_view bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 3));
  return out;
}

/// Text that compresses, but not to nothing, and is longer than every buffer inside.
std::string sample() {
  std::string text;
  std::uint32_t state = 1;
  while (text.size() < (3U << 20)) {
    state = state * 1664525 + 1013904223;
    text += "line " + std::to_string(state >> 12) + "\n";
  }
  return text;
}

/// Gives one byte at a time: finds readers that think a short read is the end.
class Trickle : public ByteStream {
 public:
  explicit Trickle(std::string_view bytes) : inner_(bytes) {}
  Result<std::size_t> read(std::span<char> into) override {
    return inner_.read(into.first(std::min<std::size_t>(into.size(), 1)));
  }

 private:
  MemoryStream inner_;
};

}  // namespace

TEST_CASE("each compression is told by its first bytes and unpacks to the same text", "[archive]") {
  const std::string text = sample();
  CHECK(detect_compression(gzip("x")) == Compression::gzip);
  CHECK(detect_compression(xz("x")) == Compression::xz);
  CHECK(detect_compression(zstd("x")) == Compression::zstd);
  CHECK(detect_compression("plain") == Compression::none);
  CHECK(detect_compression("") == Compression::none);
  for (const std::string& packed : {gzip(text), xz(text), zstd(text), text}) {
    const auto plain = decompress_all(packed, 64_MiB, "test");
    REQUIRE(plain);
    CHECK(*plain == text);
  }
}

TEST_CASE("members and frames one after the other are read as one stream", "[archive]") {
  const std::string first = "first\n", second(200'000, 'b');
  CHECK(*decompress_all(gzip(first) + gzip(second) + gzip(""), 64_MiB, "test") == first + second);
  CHECK(*decompress_all(xz(first) + xz(second), 64_MiB, "test") == first + second);
  CHECK(*decompress_all(zstd(first) + zstd(second), 64_MiB, "test") == first + second);
}

TEST_CASE("a source that trickles gives the same bytes", "[archive]") {
  const std::string text = sample().substr(0, 100'000);
  for (const std::string& packed : {gzip(text), xz(text), zstd(text), gzip("a") + gzip("b")}) {
    Trickle trickle(packed);
    auto stream = decompress(trickle, "test");
    REQUIRE(stream);
    const auto plain = read_all(**stream, 64_MiB, "test");
    REQUIRE(plain);
    CHECK((*plain == text || *plain == "ab"));
  }
}

TEST_CASE("data cut short or damaged is an error and never a short text", "[archive]") {
  const std::string text = sample().substr(0, 300'000);
  for (const std::string& packed : {gzip(text), xz(text), zstd(text)}) {
    for (const std::size_t cut : {std::size_t{1}, std::size_t{9}, packed.size() / 2}) {
      const auto plain =
          decompress_all(std::string_view(packed).substr(0, packed.size() - cut), 64_MiB, "cut.gz");
      REQUIRE_FALSE(plain);
      CHECK(plain.error().code == Code::bad_input);
      CHECK(plain.error().what.find("cut.gz") != std::string::npos);
    }
  }
  std::string flipped = gzip(text);
  flipped[flipped.size() - 6] ^= 1;  // in the checksum
  CHECK_FALSE(decompress_all(flipped, 64_MiB, "test"));
  std::string flipped_xz = xz(text);
  flipped_xz[flipped_xz.size() / 2] ^= 1;
  CHECK_FALSE(decompress_all(flipped_xz, 64_MiB, "test"));
  CHECK_FALSE(decompress_all(gzip(text) + "trailing", 64_MiB, "test"));
}

TEST_CASE("output over the limit is refused", "[archive]") {
  const std::string zeros(8 << 20, '\0');
  for (const std::string& packed : {gzip(zeros), xz(zeros), zstd(zeros)}) {
    const auto plain = decompress_all(packed, 1_MiB, "bomb");
    REQUIRE_FALSE(plain);
    CHECK(plain.error().code == Code::hostile_archive);
    MemoryStream source(packed);
    auto stream = decompress(source, "bomb", {.memory = 256_MiB, .output = 2_MiB});
    REQUIRE(stream);
    CHECK(read_all(**stream, 64_MiB, "bomb").error().code == Code::hostile_archive);
  }
}

TEST_CASE("a stream that wants more memory than allowed is refused", "[archive]") {
  const std::string packed = xz(sample());
  MemoryStream source(packed);
  auto stream = decompress(source, "greedy.xz", {.memory = 1_MiB, .output = 64_MiB});
  REQUIRE(stream);
  CHECK(read_all(**stream, 64_MiB, "greedy.xz").error().code == Code::hostile_archive);
}
