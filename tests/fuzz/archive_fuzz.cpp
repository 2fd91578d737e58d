// Archives: whatever bytes come, the readers end, keep their limits, and give only names that stay inside.
#include <cstdint>

#include "envtool/formats/archive/decompress.hpp"
#include "envtool/formats/archive/path_guard.hpp"
#include "envtool/formats/archive/tar.hpp"
#include "envtool/formats/archive/zip.hpp"
#include "tests/fuzz/check.hpp"

using namespace envtool;
using namespace envtool::archive;

namespace {

constexpr ByteCount kLimit = 4_MiB;

void zip(std::string_view bytes) {
  const MemoryAccess source(bytes);
  const auto reader = ZipReader::open(source, "fuzz", {.members = 1000, .total = kLimit});
  if (!reader) return;
  for (const ZipMember& member : reader->members()) {
    const auto content = reader->read(member, kLimit);
    if (content) require(content->size() == member.size, "a member has its declared size", bytes);
  }
}

std::vector<std::pair<TarEntry, std::string>> entries_of(ByteStream& stream) {
  std::vector<std::pair<TarEntry, std::string>> entries;
  TarReader reader(stream, "fuzz", {.entries = 1000, .total = kLimit});
  while (true) {
    auto entry = reader.next();
    if (!entry || !*entry) return entries;
    auto content = reader.read_content(kLimit);
    if (!content) return entries;
    entries.emplace_back(std::move(**entry), std::move(*content));
  }
}

void tar(std::string_view bytes) {
  MemoryStream source(bytes);
  const auto plain = decompress(source, "fuzz", {.memory = 64_MiB, .output = kLimit});
  if (!plain) return;
  const auto entries = entries_of(**plain);
  std::string again;
  TarWriter writer([&](std::string_view piece) {
    again += piece;
    return Result<void>{};
  });
  for (const auto& [entry, content] : entries) {
    const auto clean = clean_path(entry.path, LeadingSlash::strip, "fuzz");
    require(clean && *clean == entry.path && !entry.path.starts_with('/'), "a path stays inside", bytes);
    require(writer.add(entry) && writer.write(content), "what was read can be written", bytes);
  }
  require(writer.finish().has_value(), "the archive can be closed", bytes);
  MemoryStream second(again);
  require(entries_of(second) == entries, "what was written is read back the same", bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  zip(bytes);
  tar(bytes);
  return 0;
}
