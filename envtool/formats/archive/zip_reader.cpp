#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <cstring>

#include "envtool/formats/archive/little_endian.hpp"
#include "envtool/formats/archive/zip.hpp"

namespace envtool::archive {
namespace {

constexpr std::size_t kLocalHeader = 30;
constexpr std::size_t kInput = 128 << 10, kOutput = 256 << 10;
constexpr std::uint64_t kLongestTail = 0xffff + 22 + 20 + 56 + 1024;

/// Buffers that a thread keeps between members: most members are small, and fresh buffers would cost more
/// in page faults than their inflating does.
struct Scratch {
  std::string input = std::string(kInput, '\0');
  std::string output = std::string(kOutput, '\0');
  inflate_state state{};
};
Scratch& scratch() {
  thread_local const auto buffers = std::make_unique<Scratch>();
  return *buffers;
}

/// The compressed bytes of one member, read in pieces; the first piece came with the local header.
class Compressed {
 public:
  Compressed(const RandomAccess& source, std::string& buffer, std::uint64_t offset, std::uint64_t left)
      : source_(source), buffer_(buffer), offset_(offset), left_(left) {}
  void start_with(std::string_view piece) {
    take(piece.substr(0, std::min<std::uint64_t>(piece.size(), left_)));
  }
  [[nodiscard]] bool all_here() const { return left_ == 0; }
  [[nodiscard]] std::string_view piece() const { return piece_; }
  /// Out: whether there was more.
  Result<bool> next() {
    if (left_ == 0) return false;
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, buffer_.size()));
    ENVTOOL_CHECK(source_.read_at(offset_, std::span(buffer_).first(count)));
    take(std::string_view(buffer_).substr(0, count));
    return true;
  }

 private:
  void take(std::string_view piece) {
    piece_ = piece;
    offset_ += piece.size();
    left_ -= piece.size();
  }
  const RandomAccess& source_;
  std::string& buffer_;
  std::uint64_t offset_, left_;
  std::string_view piece_;
};

/// Counts and checks what comes out of one member on its way to the sink.
class Output {
 public:
  Output(const ZipMember& member, std::string what, const Sink& sink)
      : member_(member), what_(std::move(what)), sink_(sink) {}
  Result<void> put(std::string_view bytes) {
    total_ += bytes.size();
    if (total_ > member_.size)
      return fail(Code::hostile_archive, what_ + " unpacks to more bytes than the archive's directory says");
    crc_ = crc32_gzip_refl(crc_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    return sink_(bytes);
  }
  Result<void> finish() const {
    if (total_ != member_.size)
      return fail(Code::bad_input, what_ + " is damaged: it unpacks to " + std::to_string(total_) + " of " +
                                       std::to_string(member_.size) + " bytes");
    if (crc_ != member_.crc32) return fail(Code::bad_input, what_ + " is damaged: its CRC-32 is wrong");
    return {};
  }
  [[nodiscard]] Failure damaged() const {
    return fail(Code::bad_input, what_ + " is damaged: it is not valid deflate data");
  }

 private:
  const ZipMember& member_;
  std::string what_;
  const Sink& sink_;
  std::uint64_t total_ = 0;
  std::uint32_t crc_ = 0;
};

Result<void> copy_stored(Compressed& input, Output& output) {
  do {
    ENVTOOL_CHECK(output.put(input.piece()));
    ENVTOOL_TRY(const bool more, input.next());
    if (!more) return {};
  } while (true);
}

void set_input(inflate_state& state, std::string_view bytes) {
  state.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(bytes.data()));
  state.avail_in = static_cast<std::uint32_t>(bytes.size());
}
void set_output(inflate_state& state, std::string& buffer) {
  state.next_out = reinterpret_cast<std::uint8_t*>(buffer.data());
  state.avail_out = static_cast<std::uint32_t>(buffer.size());
}

/// Input and output fit the buffers: one call, without the copy of the window that streaming needs.
Result<void> inflate_at_once(const Compressed& input, Scratch& buffers, Output& output) {
  inflate_state& state = buffers.state;
  isal_inflate_init(&state);
  set_input(state, input.piece());
  set_output(state, buffers.output);
  const int status = isal_inflate_stateless(&state);
  const std::size_t produced = buffers.output.size() - state.avail_out;
  if (status != ISAL_DECOMP_OK && status != ISAL_OUT_OVERFLOW) return output.damaged();
  // Overflow: more than the buffer and so more than declared, which put() says.
  ENVTOOL_CHECK(output.put(std::string_view(buffers.output).substr(0, produced)));
  if (status != ISAL_DECOMP_OK) return output.put("?");
  return state.avail_in == 0 ? Result<void>{} : output.damaged();
}

Result<void> inflate_pieces(Compressed& input, Scratch& buffers, Output& output) {
  inflate_state& state = buffers.state;
  isal_inflate_init(&state);
  set_input(state, input.piece());
  while (true) {
    set_output(state, buffers.output);
    const int status = isal_inflate(&state);
    if (status != ISAL_DECOMP_OK && status != ISAL_END_INPUT && status != ISAL_OUT_OVERFLOW)
      return output.damaged();
    const std::size_t produced = buffers.output.size() - state.avail_out;
    if (produced > 0) ENVTOOL_CHECK(output.put(std::string_view(buffers.output).substr(0, produced)));
    if (state.block_state == ISAL_BLOCK_FINISH && state.avail_out > 0)
      return state.avail_in == 0 && input.all_here() ? Result<void>{} : output.damaged();
    if (state.avail_in == 0 && state.avail_out > 0) {
      ENVTOOL_TRY(const bool more, input.next());
      if (!more) return output.damaged();
      set_input(state, input.piece());
    }
  }
}

}  // namespace

Result<ZipReader> ZipReader::open(const RandomAccess& source, std::string object, ZipLimits limits) {
  const std::uint64_t file_size = source.size();
  std::string tail(std::min(file_size, kLongestTail), '\0');
  ENVTOOL_CHECK(source.read_at(file_size - tail.size(), tail));
  ENVTOOL_TRY(const auto place, find_zip_directory(tail, file_size, object));
  constexpr std::uint64_t kLargestDirectory = 256ULL << 20;
  if (place.size > kLargestDirectory)
    return fail(Code::hostile_archive, object + " has a directory over 256 MiB");
  std::string directory(place.size, '\0');
  ENVTOOL_CHECK(source.read_at(place.offset, directory));
  ZipReader reader(source, std::move(object), limits);
  ENVTOOL_TRY(reader.members_, parse_zip_directory(directory, place, reader.object_, limits));
  reader.directory_ = place.offset;
  return reader;
}

const ZipMember* ZipReader::find(std::string_view name) const {
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [&](const ZipMember& member) { return member.name == name; });
  return found == members_.end() ? nullptr : &*found;
}

/// The local header must say the same as the directory: a reader that trusts the one and a reader that
/// trusts the other would unpack different files.
Result<std::uint64_t> ZipReader::check_local_header(const ZipMember& member, std::string_view head) const {
  const auto disagree = [&](const char* what) {
    return fail(Code::hostile_archive, object_ + ": " + member.name + " has another " + what +
                                           " in its own header than in the archive's directory");
  };
  if (head.size() < kLocalHeader || le32(head, 0) != 0x04034b50)
    return fail(Code::bad_input, object_ + ": " + member.name + " has no header of its own (damaged)");
  const std::size_t name_size = le16(head, 26), extra_size = le16(head, 28);
  if (head.substr(kLocalHeader, name_size) != member.name) return disagree("name");
  if (le16(head, 8) != member.method) return disagree("compression method");
  const bool has_descriptor = (le16(head, 6) & (1 << 3)) != 0;
  ZipSizes sizes{.size = le32(head, 22), .compressed_size = le32(head, 18)};
  const std::string_view extra = head.size() >= kLocalHeader + name_size + extra_size
                                     ? head.substr(kLocalHeader + name_size, extra_size)
                                     : "";
  if (!has_descriptor) {
    if (!sizes.read_zip64(extra)) return disagree("zip64 field");
    if (sizes.size != member.size || sizes.compressed_size != member.compressed_size) return disagree("size");
    if (le32(head, 14) != member.crc32) return disagree("CRC-32");
  }
  const std::uint64_t data = kLocalHeader + name_size + extra_size;
  if (member.header_offset + data + member.compressed_size > directory_)
    return fail(Code::bad_input, object_ + ": " + member.name + " does not fit in the archive");
  return data;
}

Result<void> ZipReader::extract(const ZipMember& member, const Sink& sink) const {
  Scratch& buffers = scratch();
  // Header and data in one read for a small member. 64 bytes for the header's extra field are a guess that
  // mostly holds; a longer one only costs another read.
  const std::uint64_t guess = kLocalHeader + member.name.size() + 64 + member.compressed_size;
  const std::uint64_t here = member.header_offset < directory_ ? directory_ - member.header_offset : 0;
  const auto count = static_cast<std::size_t>(std::min({guess, here, std::uint64_t{kInput}}));
  ENVTOOL_CHECK(source_->read_at(member.header_offset, std::span(buffers.input).first(count)));
  const std::string_view head = std::string_view(buffers.input).substr(0, count);
  ENVTOOL_TRY(const std::uint64_t data, check_local_header(member, head));
  Output output(member, object_ + ": " + member.name, sink);
  Compressed input(*source_, buffers.input, member.header_offset + data, member.compressed_size);
  if (data < count) input.start_with(head.substr(data));
  if (input.piece().empty()) ENVTOOL_CHECK(input.next());
  if (member.method == 0) ENVTOOL_CHECK(copy_stored(input, output));
  else if (input.all_here() && member.size <= kOutput) ENVTOOL_CHECK(inflate_at_once(input, buffers, output));
  else ENVTOOL_CHECK(inflate_pieces(input, buffers, output));
  return output.finish();
}

Result<std::string> ZipReader::read(const ZipMember& member, ByteCount limit) const {
  if (member.size > limit.value)
    return fail(Code::hostile_archive, object_ + ": " + member.name + " is larger than " + render(limit));
  std::string bytes;
  bytes.reserve(member.size);
  ENVTOOL_CHECK(extract(member, [&](std::string_view piece) {
    bytes += piece;
    return Result<void>{};
  }));
  return bytes;
}

}  // namespace envtool::archive
