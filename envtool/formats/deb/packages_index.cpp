#include <algorithm>
#include <array>

#include "envtool/formats/deb/packages.hpp"
#include "envtool/formats/deb/packages_layout.hpp"

namespace envtool::deb {

using layout::load;

Result<PackageIndex> PackageIndex::open(std::string_view bytes) {
  const auto damaged = [] { return fail(Code::bad_input, "damaged or outdated package index"); };
  if (bytes.size() < sizeof(layout::Header)) return damaged();
  const auto header = load<layout::Header>(bytes, 0);
  if (header.magic != layout::kMagic) return damaged();
  bytes.remove_prefix(sizeof(layout::Header));

  PackageIndex index;
  const auto take = [&](std::string_view& part, std::uint64_t size) {
    if (size > bytes.size()) return false;
    part = bytes.substr(0, size);
    bytes.remove_prefix(size);
    return true;
  };
  const bool whole =
      take(index.records_bytes_, std::uint64_t{header.records} * sizeof(layout::Record)) &&
      take(index.provides_bytes_, std::uint64_t{header.provides} * sizeof(layout::Provided)) &&
      take(index.names_bytes_, std::uint64_t{header.name_buckets} * sizeof(std::uint32_t)) &&
      take(index.provided_bytes_, std::uint64_t{header.provided_buckets} * sizeof(std::uint32_t)) &&
      take(index.essential_bytes_, std::uint64_t{header.essential} * sizeof(std::uint32_t)) &&
      take(index.blob_, header.blob);
  if (!whole || !bytes.empty() || !std::has_single_bit(header.name_buckets) ||
      !std::has_single_bit(header.provided_buckets)) {
    return damaged();
  }
  index.records_ = header.records;
  index.architecture_ = index.blob(0, header.architecture_length);
  return index;
}

std::string_view PackageIndex::blob(std::uint32_t at, std::uint32_t length) const {
  if (at > blob_.size() || length > blob_.size() - at) return {};
  return blob_.substr(at, length);
}

PackageEntry PackageIndex::at(std::uint32_t number) const {
  const auto record = load<layout::Record>(records_bytes_, number);
  std::array<std::string_view, layout::texts> text;
  auto at = record.at;
  for (std::uint32_t i = 0; i < layout::texts; ++i) {
    text[i] = blob(at, record.length[i]);
    at += record.length[i];
  }
  PackageEntry entry;
  entry.name = text[layout::name];
  entry.version = text[layout::version];
  entry.architecture = (record.flags & layout::arch_all) != 0 ? std::string_view("all") : architecture_;
  if ((record.flags & layout::ma_same) != 0) entry.multi_arch = "same";
  if ((record.flags & layout::ma_foreign) != 0) entry.multi_arch = "foreign";
  if ((record.flags & layout::ma_allowed) != 0) entry.multi_arch = "allowed";
  entry.essential = (record.flags & layout::essential_package) != 0;
  entry.priority = static_cast<int>(record.flags >> layout::priority_shift & 3U);
  entry.pre_depends = text[layout::pre_depends];
  entry.depends = text[layout::depends];
  entry.conflicts = text[layout::conflicts];
  entry.breaks = text[layout::breaks];
  entry.provides = text[layout::provides];
  entry.filename = text[layout::filename];
  entry.size = ByteCount{record.size};
  std::array<std::uint8_t, 32> digest{};
  std::copy(std::begin(record.sha256), std::end(record.sha256), digest.begin());
  entry.sha256 = Digest(digest);
  return entry;
}

std::vector<std::uint32_t> PackageIndex::find(std::string_view name) const {
  std::vector<std::uint32_t> found;
  const auto buckets = names_bytes_.size() / sizeof(std::uint32_t);
  if (buckets == 0) return found;
  auto number = load<std::uint32_t>(names_bytes_, layout::hash(name) & (buckets - 1));
  for (std::uint32_t steps = 0; number < records_ && steps < records_; ++steps) {
    const auto record = load<layout::Record>(records_bytes_, number);
    if (blob(record.at, record.length[layout::name]) == name) found.push_back(number);
    number = record.next;
  }
  std::reverse(found.begin(), found.end());  // buckets are filled at their head
  return found;
}

std::vector<std::uint32_t> PackageIndex::providers(std::string_view name) const {
  std::vector<std::uint32_t> found;
  const auto buckets = provided_bytes_.size() / sizeof(std::uint32_t);
  const auto count = provides_bytes_.size() / sizeof(layout::Provided);
  if (buckets == 0) return found;
  auto number = load<std::uint32_t>(provided_bytes_, layout::hash(name) & (buckets - 1));
  for (std::size_t steps = 0; number < count && steps < count; ++steps) {
    const auto provided = load<layout::Provided>(provides_bytes_, number);
    if (provided.record < records_ && blob(provided.at, provided.length) == name)
      found.push_back(provided.record);
    number = provided.next;
  }
  std::reverse(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

std::vector<std::uint32_t> PackageIndex::essential() const {
  std::vector<std::uint32_t> found;
  const auto count = essential_bytes_.size() / sizeof(std::uint32_t);
  for (std::size_t i = 0; i < count; ++i) {
    const auto number = load<std::uint32_t>(essential_bytes_, i);
    if (number < records_) found.push_back(number);
  }
  return found;
}

}  // namespace envtool::deb
