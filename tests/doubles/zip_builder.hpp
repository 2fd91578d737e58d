#pragma once
// Makes zip archives in memory, good ones and every kind of bad one.
#include <zlib.h>

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace envtool::doubles {

struct ZipBuilder {
  struct Member {
    std::string name = {};
    std::string content = {};
    bool deflate = true;
    std::uint32_t unix_mode = 0100644;
    // What differs from the truth, for hostile archives.
    std::string local_name = {};  ///< empty: the same
    std::uint16_t flags = 0;
    std::uint16_t method_override = 0xffff;
    std::int64_t size_lie = 0;  ///< added to the declared size, in both headers
    std::uint32_t crc_lie = 0;  ///< xor
    bool descriptor = false;    ///< sizes follow the data
    bool zip64 = false;         ///< sizes in the extra field
  };
  std::vector<Member> members;
  std::string comment;
  bool zip64_end = false;

  ZipBuilder& add(std::string name, std::string content, std::uint32_t unix_mode = 0100644) {
    Member member;
    member.name = std::move(name);
    member.content = std::move(content);
    member.unix_mode = unix_mode;
    members.push_back(std::move(member));
    return *this;
  }

  static std::string number(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += i < 8 ? static_cast<char>((value >> (8 * i)) & 0xff) : '\0';
    return text;
  }

  static std::string deflated(std::string_view bytes) {
    z_stream stream{};
    if (deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
      throw std::runtime_error("zlib");
    std::string out(deflateBound(&stream, bytes.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
  }

  [[nodiscard]] std::string build() const {
    std::string bytes, directory;
    for (const Member& member : members) {
      const std::string data = member.deflate ? deflated(member.content) : member.content;
      const auto crc =
          static_cast<std::uint32_t>(::crc32(0, reinterpret_cast<const Bytef*>(member.content.data()),
                                             static_cast<uInt>(member.content.size()))) ^
          member.crc_lie;
      const std::uint64_t size = member.content.size() + static_cast<std::uint64_t>(member.size_lie);
      const std::uint16_t method = member.method_override != 0xffff ? member.method_override
                                   : member.deflate                 ? 8
                                                                    : 0;
      const auto flags = static_cast<std::uint16_t>(member.flags | (member.descriptor ? 8 : 0));
      const std::string extra =
          member.zip64 ? number(1, 2) + number(16, 2) + number(size, 8) + number(data.size(), 8) : "";
      const std::string sizes =
          member.zip64 ? std::string(8, '\xff') : number(data.size(), 4) + number(size, 4);
      const std::string& local_name = member.local_name.empty() ? member.name : member.local_name;
      const std::uint64_t offset = bytes.size();
      bytes += "PK\x03\x04" + number(20, 2) + number(flags, 2) + number(method, 2) + number(0, 4) +
               (member.descriptor ? number(0, 12) : number(crc, 4) + sizes) + number(local_name.size(), 2) +
               number(extra.size(), 2) + local_name + extra + data;
      if (member.descriptor)
        bytes += "PK\x07\x08" + number(crc, 4) + number(data.size(), 4) + number(size, 4);
      directory += "PK\x01\x02" + number(0x0314, 2) + number(20, 2) + number(flags, 2) + number(method, 2) +
                   number(0, 4) + number(crc, 4) + sizes + number(member.name.size(), 2) +
                   number(extra.size(), 2) + number(0, 2) + number(0, 2) + number(0, 2) +
                   number(std::uint64_t{member.unix_mode} << 16, 4) + number(offset, 4) + member.name + extra;
    }
    const std::uint64_t start = bytes.size();
    bytes += directory;
    if (zip64_end) {
      const std::uint64_t end64 = bytes.size();
      bytes += "PK\x06\x06" + number(44, 8) + number(45, 2) + number(45, 2) + number(0, 4) + number(0, 4) +
               number(members.size(), 8) + number(members.size(), 8) + number(directory.size(), 8) +
               number(start, 8);
      bytes += "PK\x06\x07" + number(0, 4) + number(end64, 8) + number(1, 4);
    }
    bytes += "PK\x05\x06" + number(0, 4) + number(zip64_end ? 0xffff : members.size(), 2) +
             number(zip64_end ? 0xffff : members.size(), 2) +
             number(zip64_end ? 0xffffffff : directory.size(), 4) +
             number(zip64_end ? 0xffffffff : start, 4) + number(comment.size(), 2) + comment;
    return bytes;
  }
};

}  // namespace envtool::doubles
