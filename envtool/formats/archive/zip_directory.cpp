#include <algorithm>
#include <optional>
#include <string>
#include <unordered_set>

#include "envtool/formats/archive/little_endian.hpp"
#include "envtool/formats/archive/zip.hpp"

namespace envtool::archive {
namespace {

constexpr std::size_t kEndSize = 22, kLocatorSize = 20, kEnd64Size = 56, kRecordSize = 46;
constexpr std::uint32_t kEndMagic = 0x06054b50, kLocatorMagic = 0x07064b50, kEnd64Magic = 0x06064b50,
                        kRecordMagic = 0x02014b50;
constexpr std::uint32_t kAllOnes = 0xffffffff;
constexpr std::uint16_t kEncrypted = 1 << 0, kStrongEncryption = 1 << 6, kMaskedHeader = 1 << 13;

Failure broken(std::string_view object, std::string_view why) {
  return fail(Code::bad_input, std::string(object) + " is not a valid zip archive: " + std::string(why));
}

/// Position of the end record whose comment ends with the file.
std::optional<std::size_t> find_end(std::string_view tail) {
  if (tail.size() < kEndSize) return std::nullopt;
  for (std::size_t at = tail.size() - kEndSize + 1; at-- > 0;) {
    if (le32(tail, at) != kEndMagic) continue;
    if (at + kEndSize + le16(tail, at + 20) == tail.size()) return at;
  }
  return std::nullopt;
}

Result<ZipDirectoryPlace> read_end64(std::string_view tail, std::size_t locator, std::uint64_t tail_offset,
                                     std::string_view object, std::uint64_t& end) {
  const std::uint64_t at = le64(tail, locator + 8);
  if (at < tail_offset || at - tail_offset + kEnd64Size > locator)
    return broken(object, "its zip64 end record is not where it should be");
  const auto start = static_cast<std::size_t>(at - tail_offset);
  if (le32(tail, start) != kEnd64Magic || le64(tail, start + 4) + 12 != locator - start)
    return broken(object, "its zip64 end record is damaged");
  if (le32(tail, start + 16) != 0 || le32(tail, start + 20) != 0 ||
      le64(tail, start + 24) != le64(tail, start + 32))
    return fail(Code::unsupported, std::string(object) + " is a zip archive over several disks");
  end = at;
  return ZipDirectoryPlace{
      .offset = le64(tail, start + 48), .size = le64(tail, start + 40), .members = le64(tail, start + 32)};
}

Result<ZipMember> read_record(std::string_view record, std::string_view object) {
  ZipMember member;
  member.name = record.substr(kRecordSize, le16(record, 28));
  const std::string what = std::string(object) + ": " + member.name;
  const std::uint16_t flags = le16(record, 8);
  if ((flags & (kEncrypted | kStrongEncryption | kMaskedHeader)) != 0)
    return fail(Code::unsupported, what + " is encrypted");
  member.method = le16(record, 10);
  if (member.method != 0 && member.method != 8)
    return fail(Code::unsupported, what + " is compressed by method " + std::to_string(member.method) +
                                       "; only stored (0) and deflate (8) are used in wheels");
  member.crc32 = le32(record, 16);
  ZipSizes sizes{.size = le32(record, 24), .compressed_size = le32(record, 20), .offset = le32(record, 42)};
  if (!sizes.read_zip64(record.substr(kRecordSize + le16(record, 28), le16(record, 30))))
    return broken(object, member.name + " has a malformed zip64 field");
  member.size = sizes.size;
  member.compressed_size = sizes.compressed_size;
  member.header_offset = sizes.offset;
  constexpr int kUnix = 3;
  if (le16(record, 4) >> 8 == kUnix) member.unix_mode = le32(record, 38) >> 16;
  if (member.method == 0 && member.size != member.compressed_size)
    return broken(object, member.name + " is stored with two different sizes");
  return member;
}

/// Members that share bytes unpack to far more than the file holds: a bomb without a high ratio.
Result<void> check_overlaps(const std::vector<ZipMember>& members, std::uint64_t directory,
                            std::string_view object) {
  std::vector<const ZipMember*> order;
  order.reserve(members.size());
  for (const ZipMember& member : members) order.push_back(&member);
  std::sort(order.begin(), order.end(),
            [](const ZipMember* a, const ZipMember* b) { return a->header_offset < b->header_offset; });
  for (std::size_t i = 0; i < order.size(); ++i) {
    constexpr std::uint64_t kLocalHeader = 30;
    const std::uint64_t end = i + 1 < order.size() ? order[i + 1]->header_offset : directory;
    const std::uint64_t begin = order[i]->header_offset + kLocalHeader + order[i]->name.size();
    if (begin > end || order[i]->compressed_size > end - begin)
      return fail(Code::hostile_archive,
                  std::string(object) + ": " + order[i]->name + " shares its bytes with another member");
  }
  return {};
}

Result<void> check_limits(const ZipMember& member, std::uint64_t& total, std::string_view object,
                          const ZipLimits& limits) {
  const std::string what = std::string(object) + ": " + member.name;
  // Before adding up: a declared size near 2^64 must not wrap.
  if (member.size > limits.total.value || (total += member.size) > limits.total.value)
    return fail(Code::hostile_archive,
                what + " makes the archive unpack to more than " + render(limits.total));
  if (member.size > limits.ratio_from.value && member.size / limits.ratio > member.compressed_size)
    return fail(Code::hostile_archive, what + " unpacks to more than " + std::to_string(limits.ratio) +
                                           " times its size (a zip bomb)");
  return {};
}

}  // namespace

bool ZipSizes::read_zip64(std::string_view extra) {
  if (size != kAllOnes && compressed_size != kAllOnes && offset != kAllOnes) return true;
  while (extra.size() >= 4) {
    const std::size_t length = le16(extra, 2);
    if (length > extra.size() - 4) return false;
    if (le16(extra, 0) == 1) {
      std::string_view field = extra.substr(4, length);
      for (std::uint64_t* value : {&size, &compressed_size, &offset}) {
        if (*value != kAllOnes) continue;
        if (field.size() < 8) return false;
        *value = le64(field, 0);
        field.remove_prefix(8);
      }
      return true;
    }
    extra.remove_prefix(4 + length);
  }
  // Without the field, all ones would be a size of exactly 4 GiB - 1.
  return false;
}

Result<ZipDirectoryPlace> find_zip_directory(std::string_view tail, std::uint64_t file_size,
                                             std::string_view object) {
  const auto end_at = find_end(tail);
  if (!end_at || file_size < tail.size())
    return broken(object, "it has no end record (the download may be incomplete)");
  const std::uint64_t tail_offset = file_size - tail.size();
  if (le16(tail, *end_at + 4) != 0 || le16(tail, *end_at + 6) != 0 ||
      le16(tail, *end_at + 8) != le16(tail, *end_at + 10))
    return fail(Code::unsupported, std::string(object) + " is a zip archive over several disks");
  ZipDirectoryPlace place{.offset = le32(tail, *end_at + 16),
                          .size = le32(tail, *end_at + 12),
                          .members = le16(tail, *end_at + 10)};
  std::uint64_t end = tail_offset + *end_at;
  if (*end_at >= kLocatorSize && le32(tail, *end_at - kLocatorSize) == kLocatorMagic) {
    const ZipDirectoryPlace short_place = place;
    ENVTOOL_TRY(place, read_end64(tail, *end_at - kLocatorSize, tail_offset, object, end));
    const bool agrees = (short_place.offset == kAllOnes || short_place.offset == place.offset) &&
                        (short_place.size == kAllOnes || short_place.size == place.size) &&
                        (short_place.members == 0xffff || short_place.members == place.members);
    if (!agrees)
      return fail(Code::hostile_archive, std::string(object) + " has two end records that disagree");
  }
  if (place.offset > end || place.size != end - place.offset)
    return fail(Code::hostile_archive,
                std::string(object) + " has bytes that its directory does not account for",
                "other programs may read other files from it: do not use it");
  return place;
}

Result<std::vector<ZipMember>> parse_zip_directory(std::string_view directory, const ZipDirectoryPlace& place,
                                                   std::string_view object, const ZipLimits& limits) {
  if (place.members > limits.members)
    return fail(Code::hostile_archive,
                std::string(object) + " has " + std::to_string(place.members) + " members");
  std::vector<ZipMember> members;
  members.reserve(std::min<std::uint64_t>(place.members, directory.size() / kRecordSize));
  std::unordered_set<std::string> names;
  std::uint64_t total = 0;
  while (!directory.empty()) {
    if (directory.size() < kRecordSize || le32(directory, 0) != kRecordMagic)
      return broken(object, "its directory is damaged");
    const std::size_t length = kRecordSize + le16(directory, 28) + le16(directory, 30) + le16(directory, 32);
    if (length > directory.size()) return broken(object, "its directory is cut short");
    ENVTOOL_TRY(ZipMember member, read_record(directory.substr(0, length), object));
    ENVTOOL_CHECK(check_limits(member, total, object, limits));
    if (!names.insert(member.name).second)
      return fail(Code::hostile_archive, std::string(object) + " has two members named " + member.name);
    members.push_back(std::move(member));
    directory.remove_prefix(length);
    if (members.size() > place.members) break;
  }
  if (members.size() != place.members)
    return broken(object, "its directory has another number of members than it says");
  ENVTOOL_CHECK(check_overlaps(members, place.offset, object));
  return members;
}

}  // namespace envtool::archive
