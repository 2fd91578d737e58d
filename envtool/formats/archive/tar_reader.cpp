#include <algorithm>
#include <charconv>

#include "envtool/formats/archive/path_guard.hpp"
#include "envtool/formats/archive/tar.hpp"
#include "envtool/formats/archive/tar_format.hpp"

namespace envtool::archive {

using namespace tar_format;

namespace {

constexpr std::uint64_t kMaxExtension = 1 << 20;

Failure broken(const std::string& object, std::string_view why) {
  return fail(Code::bad_input, object + " is not a valid tar archive: " + std::string(why));
}

std::optional<TarEntry::Type> type_of(char flag, bool trailing_slash) {
  switch (flag) {
    case '\0':
    case '0':
    case '7':
      return trailing_slash ? TarEntry::Type::directory : TarEntry::Type::file;
    case '1':
      return TarEntry::Type::hardlink;
    case '2':
      return TarEntry::Type::symlink;
    case '3':
      return TarEntry::Type::character_device;
    case '4':
      return TarEntry::Type::block_device;
    case '5':
      return TarEntry::Type::directory;
    case '6':
      return TarEntry::Type::fifo;
    default:
      return std::nullopt;
  }
}

/// A whole number or the whole part of a decimal one.
std::optional<std::int64_t> decimal(std::string_view digits) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || (end != digits.data() + digits.size() && *end != '.')) return std::nullopt;
  return value;
}

std::string raw_path(const Block& block) {
  std::string path(text(block, kName));
  // GNU archives ("ustar  ") keep other things where POSIX ones ("ustar\0") have the prefix.
  if (bytes(block, kMagic).substr(0, 6) == std::string_view("ustar\0", 6)) {
    const std::string_view prefix = text(block, kPrefix);
    if (!prefix.empty()) path = std::string(prefix) + "/" + path;
  }
  return path;
}

/// The header's numbers, overridden by the pax records of the same meaning.
class Numbers {
 public:
  Numbers(const Block& block, const Records& records) : block_(block), records_(records) {}
  std::int64_t get(Field field, const char* key) {
    const auto record = key != nullptr ? records_.find(key) : records_.end();
    const auto value = record != records_.end() ? decimal(record->second) : number(block_, field);
    valid_ = valid_ && value.has_value();
    return value.value_or(0);
  }
  std::uint32_t get_u32(Field field, const char* key) {
    const std::int64_t value = get(field, key);
    valid_ = valid_ && value >= 0 && value <= 0xffffffffLL;
    return static_cast<std::uint32_t>(value);
  }
  [[nodiscard]] bool valid() const { return valid_; }

 private:
  const Block& block_;
  const Records& records_;
  bool valid_ = true;
};

Result<TarEntry::Type> kind_of(const Block& block, const Records& records, bool trailing_slash,
                               const std::string& object) {
  const char flag = block[kType.offset];
  if (flag == 'S' || records.contains("GNU.sparse.major") || records.contains("GNU.sparse.map"))
    return fail(Code::unsupported, object + " has a sparse file, which is not supported");
  const auto type = type_of(flag, trailing_slash);
  if (!type)
    return fail(Code::unsupported,
                object + " has an entry of a kind that is not supported (type " + std::to_string(flag) + ")");
  return *type;
}

/// The target of a symbolic link as stored, that of a hard link as a clean path.
Result<void> read_link(const Block& block, const Records& records, TarEntry& entry,
                       const std::string& object) {
  if (entry.type != TarEntry::Type::hardlink && entry.type != TarEntry::Type::symlink) return {};
  const auto record = records.find("linkpath");
  entry.link = record != records.end() ? record->second : std::string(text(block, kLink));
  if (entry.type == TarEntry::Type::hardlink) {
    ENVTOOL_TRY(entry.link, clean_path(entry.link, LeadingSlash::strip, object));
    return {};
  }
  if (entry.link.empty() || entry.link.size() > kMaxPath || entry.link.find('\0') != std::string::npos)
    return fail(Code::hostile_archive, object + ": " + entry.path + " is a link without a usable target");
  return {};
}

}  // namespace

TarReader::TarReader(ByteStream& source, std::string object, TarLimits limits)
    : source_(source), object_(std::move(object)), limits_(limits) {}

Result<bool> TarReader::read_block(Block& block) {
  ENVTOOL_TRY(const std::size_t got, read_full(source_, block));
  if (got == 0) return false;
  if (got < block.size()) return broken(object_, "it is cut short");
  return true;
}

Result<void> TarReader::skip_content() {
  std::uint64_t rest = left_ + padding_;
  left_ = padding_ = 0;
  std::array<char, 16 << 10> scratch;
  while (rest > 0) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(rest, scratch.size()));
    ENVTOOL_TRY(const std::size_t got, source_.read(std::span(scratch).first(wanted)));
    if (got == 0) return broken(object_, "it is cut short");
    rest -= got;
  }
  return {};
}

Result<std::string> TarReader::read_extension(std::uint64_t size) {
  if (size > kMaxExtension) return fail(Code::hostile_archive, object_ + " has a header larger than 1 MiB");
  std::string data(size + padding(size), '\0');
  ENVTOOL_TRY(const std::size_t got, read_full(source_, data));
  if (got < data.size()) return broken(object_, "it is cut short");
  data.resize(size);
  return data;
}

Result<std::optional<TarEntry>> TarReader::next() {
  ENVTOOL_CHECK(skip_content());
  Records records = global_;
  return next_header(records);
}

Result<std::optional<TarEntry>> TarReader::next_header(Records& records) {
  Block block{};
  while (true) {
    ENVTOOL_TRY(const bool more, read_block(block));
    if (!more || is_zero(block)) return std::optional<TarEntry>();
    if (number(block, kChecksum) != checksum(block)) return broken(object_, "a header has a wrong checksum");
    if (++entries_ > limits_.entries) return fail(Code::hostile_archive, object_ + " has too many entries");
    const char flag = block[kType.offset];
    if (flag != 'x' && flag != 'g' && flag != 'L' && flag != 'K') break;
    const auto size = number(block, kSize);
    if (!size || *size < 0) return broken(object_, "a header has no size");
    ENVTOOL_TRY(std::string data, read_extension(static_cast<std::uint64_t>(*size)));
    if (flag == 'L' || flag == 'K') {
      records[flag == 'L' ? "path" : "linkpath"] = data.substr(0, data.find('\0'));
      continue;
    }
    auto parsed = parse_pax(data);
    if (!parsed) return broken(object_, "a pax header is malformed");
    for (auto& [key, value] : *parsed) {
      if (flag == 'g') global_[key] = value;
      records[key] = std::move(value);
    }
  }
  ENVTOOL_TRY(TarEntry entry, finish_entry(block, std::move(records)));
  return std::optional(std::move(entry));
}

Result<TarEntry> TarReader::finish_entry(const Block& block, Records records) {
  const auto path_record = records.find("path");
  const std::string path = path_record != records.end() ? path_record->second : raw_path(block);
  TarEntry entry;
  ENVTOOL_TRY(entry.type, kind_of(block, records, path.ends_with('/'), object_));
  ENVTOOL_TRY(entry.path, clean_path(path, LeadingSlash::strip, object_));
  if (entry.path.empty() && entry.type != TarEntry::Type::directory)
    return fail(Code::hostile_archive, object_ + " replaces the root folder by something else");
  ENVTOOL_CHECK(read_link(block, records, entry, object_));
  Numbers numbers(block, records);
  const std::int64_t size = numbers.get(kSize, "size");
  entry.mode = numbers.get_u32(kMode, nullptr) & 07777;
  entry.uid = numbers.get_u32(kUid, "uid");
  entry.gid = numbers.get_u32(kGid, "gid");
  entry.mtime = numbers.get(kMtime, "mtime");
  if (entry.type == TarEntry::Type::character_device || entry.type == TarEntry::Type::block_device) {
    entry.device_major = numbers.get_u32(kMajor, nullptr);
    entry.device_minor = numbers.get_u32(kMinor, nullptr);
  }
  if (!numbers.valid() || size < 0) return broken(object_, entry.path + " has a number that cannot be read");
  // Only files have content: the size of a link is what some writers found on disk.
  entry.size = entry.type == TarEntry::Type::file ? static_cast<std::uint64_t>(size) : 0;
  for (auto& [key, value] : records)
    if (key.starts_with("SCHILY.xattr.")) entry.xattrs.emplace(key.substr(13), std::move(value));
  ENVTOOL_CHECK(begin_content(entry.size));
  return entry;
}

Result<void> TarReader::begin_content(std::uint64_t size) {
  // Before adding up: a size near 2^64 must not wrap.
  if (size > limits_.total.value || (total_ += size) > limits_.total.value)
    return fail(Code::hostile_archive, object_ + " unpacks to more than " + render(limits_.total));
  left_ = size;
  padding_ = padding(size);
  return {};
}

Result<std::size_t> TarReader::read(std::span<char> into) {
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_));
  if (wanted == 0) return std::size_t{0};
  ENVTOOL_TRY(const std::size_t got, source_.read(into.first(wanted)));
  if (got == 0) return broken(object_, "it is cut short");
  left_ -= got;
  return got;
}

Result<std::string> TarReader::read_content(ByteCount limit) {
  if (left_ > limit.value)
    return fail(Code::hostile_archive, object_ + " has a member larger than " + render(limit));
  std::string content(left_, '\0');
  std::size_t filled = 0;
  while (filled < content.size()) {
    ENVTOOL_TRY(const std::size_t got, read(std::span(content).subspan(filled)));
    filled += got;
  }
  return content;
}

}  // namespace envtool::archive
