#include <cstdio>
#include <cstring>

#include "envtool/formats/archive/tar.hpp"
#include "envtool/formats/archive/tar_format.hpp"

namespace envtool::archive {

using namespace tar_format;

namespace {

void put_text(Block& block, Field field, std::string_view text) {
  std::memcpy(block.data() + field.offset, text.data(), std::min(text.size(), field.length));
}

/// Zero-padded octal with a closing NUL. Out: whether it fits.
bool put_octal(Block& block, Field field, std::uint64_t value) {
  std::array<char, 24> digits{};
  const int width = static_cast<int>(field.length) - 1;
  const int length =
      std::snprintf(digits.data(), digits.size(), "%0*llo", width, static_cast<unsigned long long>(value));
  if (length > width) return false;
  put_text(block, field, std::string_view(digits.data(), static_cast<std::size_t>(length)));
  return true;
}

char flag_of(TarEntry::Type type) {
  switch (type) {
    case TarEntry::Type::file:
      return '0';
    case TarEntry::Type::hardlink:
      return '1';
    case TarEntry::Type::symlink:
      return '2';
    case TarEntry::Type::character_device:
      return '3';
    case TarEntry::Type::block_device:
      return '4';
    case TarEntry::Type::directory:
      return '5';
    case TarEntry::Type::fifo:
      return '6';
  }
  return '0';
}

/// A path into name and prefix (joined by a slash), or only its beginning and false.
bool put_path(Block& block, std::string_view path) {
  if (path.size() <= kName.length) {
    put_text(block, kName, path);
    return true;
  }
  // The split must leave a name that is not empty and at most 100 bytes, a prefix of at most 155.
  const std::size_t slash = path.find('/', path.size() - kName.length - 1);
  if (slash == std::string_view::npos || slash == 0 || slash > kPrefix.length || slash + 1 == path.size()) {
    put_text(block, kName, path.substr(0, kName.length));
    return false;
  }
  put_text(block, kPrefix, path.substr(0, slash));
  put_text(block, kName, path.substr(slash + 1));
  return true;
}

void close_block(Block& block, char flag) {
  block[kType.offset] = flag;
  put_text(block, kMagic, std::string_view("ustar\00000", 8));
  std::array<char, 9> digits{};
  std::snprintf(digits.data(), digits.size(), "%06o", checksum(block));
  put_text(block, kChecksum, std::string_view(digits.data(), 6));
  block[kChecksum.offset + 6] = '\0';
  block[kChecksum.offset + 7] = ' ';
}

std::string pax_header(const Records& records) {
  const std::string data = render_pax(records);
  Block block{};
  // POSIX leaves this name to the writer; readers that know pax never see it.
  put_text(block, kName, "././@PaxHeader");
  put_octal(block, kMode, 0644);
  put_octal(block, kUid, 0);
  put_octal(block, kGid, 0);
  put_octal(block, kSize, data.size());
  put_octal(block, kMtime, 0);
  close_block(block, 'x');
  return std::string(block.data(), block.size()) + data + std::string(padding(data.size()), '\0');
}

}  // namespace

std::string render_tar_header(const TarEntry& entry) {
  const bool is_directory = entry.type == TarEntry::Type::directory;
  const std::string path = entry.path.empty() ? "./" : is_directory ? entry.path + "/" : entry.path;
  Records records;
  Block block{};
  if (!put_path(block, path)) records["path"] = path;
  const std::string_view link = entry.link;
  put_text(block, kLink, link.substr(0, kLink.length));
  if (link.size() > kLink.length) records["linkpath"] = link;
  const auto put_number = [&](Field field, const char* key, std::uint64_t value) {
    if (!put_octal(block, field, value)) {
      put_octal(block, field, 0);
      records[key] = std::to_string(value);
    }
  };
  put_octal(block, kMode, entry.mode & 07777);
  put_number(kUid, "uid", entry.uid);
  put_number(kGid, "gid", entry.gid);
  put_number(kSize, "size", entry.type == TarEntry::Type::file ? entry.size : 0);
  if (entry.mtime >= 0) put_number(kMtime, "mtime", static_cast<std::uint64_t>(entry.mtime));
  else {
    put_octal(block, kMtime, 0);
    records["mtime"] = std::to_string(entry.mtime);
  }
  if (entry.type == TarEntry::Type::character_device || entry.type == TarEntry::Type::block_device) {
    put_octal(block, kMajor, entry.device_major);
    put_octal(block, kMinor, entry.device_minor);
  }
  for (const auto& [name, value] : entry.xattrs) records["SCHILY.xattr." + name] = value;
  close_block(block, flag_of(entry.type));
  const std::string before = records.empty() ? std::string() : pax_header(records);
  return before + std::string(block.data(), block.size());
}

Result<void> TarWriter::put(std::string_view bytes) {
  ENVTOOL_CHECK(sink_(bytes));
  written_ += ByteCount{bytes.size()};
  return {};
}

Result<void> TarWriter::end_content() {
  if (left_ > 0) return fail(Code::internal, "a tar entry has fewer bytes than it declared");
  const std::uint64_t rest = padding(written_.value);
  static constexpr Block kZeros{};
  return rest == 0 ? Result<void>{} : put(std::string_view(kZeros.data(), rest));
}

Result<void> TarWriter::add(const TarEntry& entry) {
  ENVTOOL_CHECK(end_content());
  left_ = entry.type == TarEntry::Type::file ? entry.size : 0;
  return put(render_tar_header(entry));
}

Result<void> TarWriter::write(std::string_view bytes) {
  if (bytes.size() > left_) return fail(Code::internal, "a tar entry has more bytes than it declared");
  left_ -= bytes.size();
  return put(bytes);
}

Result<void> TarWriter::finish() {
  ENVTOOL_CHECK(end_content());
  return put(std::string(2 * kBlock, '\0'));
}

}  // namespace envtool::archive
