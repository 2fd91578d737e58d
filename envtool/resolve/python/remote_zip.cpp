#include "envtool/resolve/python/remote_zip.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstring>

#include "envtool/formats/archive/zip.hpp"
#include "envtool/formats/pep/file_name.hpp"
#include "envtool/formats/pep/name.hpp"

namespace envtool::resolve::python {
namespace {

constexpr std::uint64_t kMetadataLimit = 16 << 20;
constexpr std::uint64_t kDirectoryLimit = 32 << 20;
constexpr std::uint64_t kBeforeDirectory = 48 << 10;
constexpr std::uint64_t kLocalHeader = 30;
/// A local header's name and extra field are short, but longer than the directory says (alignment, times).
constexpr std::uint64_t kHeaderSlack = 512;
constexpr int kRounds = 6;

/// How much of the end to ask for first. The directory takes about 100 bytes a file, METADATA is nearly
/// always just before it; a larger wheel has more files. A second round trip costs more than some spare
/// bytes.
std::uint64_t first_tail(std::uint64_t size) {
  const std::uint64_t guess = size / 64;
  return std::min(size, std::clamp<std::uint64_t>(guess, 24 << 10, 192 << 10));
}

std::uint16_t le16(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[at]) |
                                    static_cast<unsigned char>(bytes[at + 1]) << 8);
}

/// "<name>-<version>.dist-info/METADATA", whatever way its name is spelled; the longest match would be
/// another package's folder that was vendored, which is deeper.
bool is_metadata(std::string_view member, std::string_view project) {
  constexpr std::string_view kEnd = ".dist-info/METADATA";
  if (!member.ends_with(kEnd)) return false;
  const auto folder = member.substr(0, member.size() - kEnd.size());
  if (folder.find('/') != std::string_view::npos) return false;
  return pep::normalize_name(folder.substr(0, folder.find('-'))) == project;
}

Result<std::string> inflate_raw(std::string_view bytes, std::uint64_t size, const std::string& object) {
  std::string out(size, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return fail(Code::internal, "zlib cannot start");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = inflate(&stream, Z_FINISH);
  const bool whole = status == Z_STREAM_END && stream.avail_out == 0;
  inflateEnd(&stream);
  if (!whole) return fail(Code::bad_input, "METADATA in " + object + " is damaged");
  return out;
}

}  // namespace

RemoteMetadata::RemoteMetadata(std::string file_name, std::uint64_t size)
    : name_(std::move(file_name)), size_(size) {
  const std::uint64_t tail = first_tail(size);
  first_ = size - tail;
  last_ = size == 0 ? 0 : size - 1;
}

Result<std::string> RemoteMetadata::of_whole(std::string_view file_name, std::string_view bytes) {
  RemoteMetadata reader{std::string(file_name), bytes.size()};
  reader.first_ = 0;
  ENVTOOL_TRY(auto metadata, reader.take(std::string(bytes)));
  if (!metadata) return fail(Code::bad_input, std::string(file_name) + " is cut short");
  return std::move(*metadata);
}

Result<std::optional<std::string>> RemoteMetadata::take(std::string bytes) {
  if (bytes.size() != last_ - first_ + 1)
    return fail(Code::network, name_ + ": the server sent " + std::to_string(bytes.size()) +
                                   " bytes instead of " + std::to_string(last_ - first_ + 1));
  if (++rounds_ > kRounds) return fail(Code::bad_input, name_ + " is a zip archive that leads in circles");
  pieces_.emplace_back(first_, std::move(bytes));
  return advance();
}

std::optional<std::string_view> RemoteMetadata::need(std::uint64_t offset, std::uint64_t size) {
  for (const auto& [start, bytes] : pieces_)
    if (offset >= start && offset + size <= start + bytes.size())
      return std::string_view(bytes).substr(offset - start, size);
  first_ = offset;
  last_ = std::min(offset + std::max<std::uint64_t>(size, 1), size_) - 1;
  return std::nullopt;
}

Result<std::optional<std::string>> RemoteMetadata::advance() {
  if (!directory_) ENVTOOL_CHECK(find_directory());
  if (directory_ && !member_) ENVTOOL_CHECK(find_member());
  if (member_) return read_member();
  return std::optional<std::string>{};
}

Result<void> RemoteMetadata::find_directory() {
  const std::string& tail = pieces_.back().second;
  auto place = archive::find_zip_directory(tail, size_, name_);
  if (!place) {
    // The end record can stand before a long comment.
    const std::uint64_t more = std::min<std::uint64_t>(size_, 128 << 10);
    if (tail.size() >= more) return Failure(std::move(place).error());
    (void)need(size_ - more, more);
    return {};
  }
  if (place->size > kDirectoryLimit)
    return fail(Code::hostile_archive,
                name_ + " has a zip directory of " + std::to_string(place->size) + " bytes");
  directory_ = {place->offset, place->size};
  members_ = place->members;
  return {};
}

Result<void> RemoteMetadata::find_member() {
  auto bytes = need(directory_->first, directory_->second);
  if (!bytes) {
    // METADATA usually stands just before the directory: one round trip for both.
    const std::uint64_t before = std::min(directory_->first, kBeforeDirectory);
    (void)need(directory_->first - before, before + directory_->second);
    return {};
  }
  ENVTOOL_TRY(
      auto members,
      archive::parse_zip_directory(
          *bytes, {.offset = directory_->first, .size = directory_->second, .members = members_}, name_));
  const auto fields = pep::split_wheel_name(name_);
  const std::string project = fields ? pep::normalize_name(fields->name) : std::string{};
  for (const archive::ZipMember& member : members) {
    if (!is_metadata(member.name, project)) continue;
    if (member_) return fail(Code::bad_input, name_ + " has two dist-info folders");
    if (member.size > kMetadataLimit || member.compressed_size > kMetadataLimit)
      return fail(Code::hostile_archive,
                  name_ + " has METADATA of " + std::to_string(member.size) + " bytes");
    member_ = Member{.offset = member.header_offset,
                     .compressed = member.compressed_size,
                     .size = member.size,
                     .crc32 = member.crc32,
                     .method = member.method};
  }
  if (!member_)
    return fail(Code::bad_input, name_ + " has no METADATA in a dist-info folder of its own name");
  return {};
}

Result<std::optional<std::string>> RemoteMetadata::read_member() {
  const std::uint64_t room = directory_->first - std::min(directory_->first, member_->offset);
  if (room < kLocalHeader + member_->compressed) return fail(Code::bad_input, name_ + " is damaged");
  auto header = need(member_->offset, kLocalHeader);
  if (!header) {
    (void)need(member_->offset, std::min(room, kLocalHeader + kHeaderSlack + member_->compressed));
    return std::optional<std::string>{};
  }
  if (!header->starts_with("PK\x03\x04")) return fail(Code::bad_input, name_ + " is damaged");
  const std::uint64_t skip = kLocalHeader + le16(*header, 26) + le16(*header, 28);
  if (room < skip + member_->compressed) return fail(Code::bad_input, name_ + " is damaged");
  auto data = need(member_->offset + skip, member_->compressed);
  if (!data) return std::optional<std::string>{};
  std::string text;
  if (member_->method == 0) text = *data;
  else if (member_->method == 8) {
    ENVTOOL_TRY(text, inflate_raw(*data, member_->size, name_));
  } else return fail(Code::unsupported, name_ + " compresses METADATA in a way that wheels may not");
  const auto crc = crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size()));
  if (crc != member_->crc32) return fail(Code::bad_input, "METADATA in " + name_ + " is damaged");
  return std::optional(std::move(text));
}

}  // namespace envtool::resolve::python
