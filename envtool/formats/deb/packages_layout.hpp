#pragma once
// Layout of the compact package index (private to packages*.cpp): header, records, provides, two hash tables,
// essential list, blob. Host byte order: the file is a cache and never leaves the machine.
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace envtool::deb::layout {

inline constexpr std::uint64_t kMagic = 0x3158444942454402ULL;  // changes with every change of the layout
inline constexpr std::uint32_t kNone = 0xffffffffU;

enum Text : std::uint32_t {
  name,
  version,
  pre_depends,
  depends,
  conflicts,
  breaks,
  provides,
  filename,
  texts
};
enum Flag : std::uint32_t {
  arch_all = 1,
  essential_package = 2,
  ma_same = 4,
  ma_foreign = 8,
  ma_allowed = 16,
  priority_shift = 5
};

struct Header {
  std::uint64_t magic = kMagic;
  std::uint32_t records = 0, provides = 0, name_buckets = 0, provided_buckets = 0, essential = 0;
  std::uint32_t architecture_length = 0;  ///< the architecture's name is the start of the blob
  std::uint64_t blob = 0;
};

/// The texts stand one after another in the blob from `at` on.
struct Record {
  std::uint64_t size = 0;
  std::uint32_t at = 0;
  std::uint32_t length[texts] = {};
  std::uint32_t flags = 0;
  std::uint32_t next = kNone;  ///< of the same bucket of names
  std::uint8_t sha256[32] = {};
};

struct Provided {
  std::uint32_t at = 0, length = 0, record = 0;
  std::uint32_t next = kNone;  ///< of the same bucket of provided names
};

template <class T>
T load(std::string_view bytes, std::size_t index) {
  T value;
  if ((index + 1) * sizeof(T) > bytes.size()) return T{};
  std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof(T));
  return value;
}

inline std::uint32_t hash(std::string_view text) {
  std::uint32_t value = 2166136261U;  // FNV-1a
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 16777619U;
  return value;
}

}  // namespace envtool::deb::layout
