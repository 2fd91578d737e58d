#include <algorithm>
#include <charconv>
#include <cstring>

#include "envtool/formats/deb/packages.hpp"
#include "envtool/formats/deb/packages_layout.hpp"
#include "envtool/support/text.hpp"

namespace envtool::deb {
namespace {

constexpr std::size_t kParagraphLimit = std::size_t{16} << 20;

template <class T>
void append(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}
template <class T>
void store(std::string& bytes, std::size_t index, const T& value) {
  std::memcpy(bytes.data() + index * sizeof value, &value, sizeof value);
}

bool is_package_name(std::string_view name) {
  return name.size() >= 2 && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
         });
}

/// Printable, relative, and inside the archive.
bool is_file_name(std::string_view name) {
  return !name.empty() && name.front() != '/' && name.find("..") == std::string_view::npos &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 127; });
}

bool is_version(std::string_view version) {
  return !version.empty() && std::all_of(version.begin(), version.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '-' || c == '.' || c == '~' || c == ':';
  });
}

std::uint32_t priority_of(std::string_view text) {
  if (text == "required") return 0;
  if (text == "important") return 1;
  return text == "standard" ? 2 : 3;
}

std::string quote(std::string_view text) { return "'" + std::string(text.substr(0, 80)) + "'"; }

}  // namespace

/// The fields of the paragraph being read: texts in the order of layout::Text, then the others.
struct PackagesReader::Stanza {
  std::string_view texts[layout::texts];
  std::string_view architecture, multi_arch, essential, priority, size, sha256;
  std::string_view* last = nullptr;  ///< where a continuation line belongs; null: a field nobody keeps
  bool any = false;

  std::string_view* slot(std::string_view key) {
    switch (key.front()) {
      case 'P':
        if (key == "Package") return &texts[layout::name];
        if (key == "Pre-Depends") return &texts[layout::pre_depends];
        if (key == "Priority") return &priority;
        if (key == "Provides") return &texts[layout::provides];
        return nullptr;
      case 'V':
        return key == "Version" ? &texts[layout::version] : nullptr;
      case 'D':
        return key == "Depends" ? &texts[layout::depends] : nullptr;
      case 'C':
        return key == "Conflicts" ? &texts[layout::conflicts] : nullptr;
      case 'B':
        return key == "Breaks" ? &texts[layout::breaks] : nullptr;
      case 'F':
        return key == "Filename" ? &texts[layout::filename] : nullptr;
      case 'A':
        return key == "Architecture" ? &architecture : nullptr;
      case 'M':
        return key == "Multi-Arch" ? &multi_arch : nullptr;
      case 'E':
        return key == "Essential" ? &essential : nullptr;
      case 'S':
        if (key == "Size") return &size;
        return key == "SHA256" ? &sha256 : nullptr;
      default:
        return nullptr;
    }
  }
};

PackagesReader::PackagesReader(std::string_view architecture, ByteCount expected)
    : architecture_(architecture) {
  const auto text = std::min<std::uint64_t>(expected.value, std::uint64_t{512} << 20);
  blob_.reserve(text / 3);
  records_.reserve(text / 8);
  put(architecture);
}

Result<void> PackagesReader::feed(std::string_view text) {
  pending_.append(text);
  const auto end = pending_.rfind("\n\n");
  if (end == std::string::npos) {
    if (pending_.size() > kParagraphLimit)
      return fail(Code::bad_input, "a package list has a paragraph of over 16 MiB");
    return {};
  }
  ENVTOOL_CHECK(take(std::string_view(pending_).substr(0, end + 2)));
  pending_.erase(0, end + 2);
  return {};
}

Result<void> PackagesReader::take(std::string_view paragraphs) {
  Stanza stanza;
  const char* at = paragraphs.data();
  const char* const stop = at + paragraphs.size();
  while (at < stop) {
    const auto* end = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(stop - at)));
    if (end == nullptr) end = stop;
    const std::string_view line(at, static_cast<std::size_t>(end - at));
    at = std::min(end + 1, stop);
    if (line.empty()) {
      if (stanza.any) ENVTOOL_CHECK(add(stanza));
      stanza = {};
    } else {
      ENVTOOL_CHECK(take_line(line, stanza));
    }
  }
  if (stanza.any) ENVTOOL_CHECK(add(stanza));
  return {};
}

Result<void> PackagesReader::take_line(std::string_view line, Stanza& stanza) {
  if (line.front() == ' ' || line.front() == '\t') {
    if (!stanza.any) return fail(Code::bad_input, "a package list has a continuation line before any field");
    if (stanza.last != nullptr) {
      const char* start = stanza.last->data();
      *stanza.last = {start, static_cast<std::size_t>(line.data() + line.size() - start)};
    }
    return {};
  }
  const auto* colon = static_cast<const char*>(std::memchr(line.data(), ':', line.size()));
  if (colon == nullptr || colon == line.data()) {
    return fail(Code::bad_input, "a package list has a line that is no field: " + quote(line));
  }
  stanza.any = true;
  const auto length = static_cast<std::size_t>(colon - line.data());
  stanza.last = stanza.slot(line.substr(0, length));
  if (stanza.last != nullptr) {
    auto value = line.substr(length + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
    while (!value.empty() && (value.back() == ' ' || value.back() == '\r')) value.remove_suffix(1);
    *stanza.last = value;
  }
  return {};
}

Result<void> PackagesReader::add(const Stanza& stanza) {
  const auto& texts = stanza.texts;
  if (!is_package_name(texts[layout::name])) {
    return fail(Code::bad_input,
                "a package list has a paragraph without a package name: " + quote(texts[layout::name]));
  }
  if (stanza.architecture != architecture_ && stanza.architecture != "all") return {};
  const auto malformed = [&](std::string_view field) {
    return fail(Code::bad_input, "package " + std::string(texts[layout::name]) +
                                     " has a missing or malformed " + std::string(field) +
                                     " in the package list");
  };
  layout::Record record;
  const auto [end, error] =
      std::from_chars(stanza.size.data(), stanza.size.data() + stanza.size.size(), record.size);
  if (error != std::errc{} || end != stanza.size.data() + stanza.size.size()) return malformed("Size");
  if (!is_version(texts[layout::version])) return malformed("Version");
  if (!is_file_name(texts[layout::filename])) return malformed("Filename");
  const auto digest = Digest::parse(stanza.sha256);
  if (!digest || stanza.sha256.size() != 64) return malformed("SHA256");
  if (blob_.size() > (std::size_t{3} << 30)) return fail(Code::bad_input, "a package list is too large");

  std::copy(digest->bytes().begin(), digest->bytes().end(), std::begin(record.sha256));
  if (stanza.architecture == "all") record.flags |= layout::arch_all;
  if (stanza.essential == "yes") record.flags |= layout::essential_package;
  if (stanza.multi_arch == "same") record.flags |= layout::ma_same;
  if (stanza.multi_arch == "foreign") record.flags |= layout::ma_foreign;
  if (stanza.multi_arch == "allowed") record.flags |= layout::ma_allowed;
  record.flags |= priority_of(stanza.priority) << layout::priority_shift;
  record.at = static_cast<std::uint32_t>(blob_.size());
  std::uint32_t provides_at = 0;
  for (std::uint32_t i = 0; i < layout::texts; ++i) {
    const auto at = put(texts[i]);
    if (i == layout::provides) provides_at = at;
    record.length[i] = static_cast<std::uint32_t>(texts[i].size());
  }
  if (record.length[layout::provides] != 0)
    add_provides(std::string_view(blob_).substr(provides_at, record.length[layout::provides]), count_);
  if (stanza.essential == "yes") essential_.push_back(count_);
  append(records_, record);
  ++count_;
  return {};
}

void PackagesReader::add_provides(std::string_view field, std::uint32_t record) {
  for (const auto part : split(field, ',')) {
    const auto text = trim(part);
    const auto name = text.substr(0, text.find_first_of(" (:\t\n"));
    if (name.empty()) continue;
    append(provides_, layout::Provided{static_cast<std::uint32_t>(name.data() - blob_.data()),
                                       static_cast<std::uint32_t>(name.size()), record, layout::kNone});
  }
}

std::uint32_t PackagesReader::put(std::string_view text) {
  const auto at = static_cast<std::uint32_t>(blob_.size());
  blob_.append(text);
  return at;
}

namespace {

/// Chain the entries of `table` (Record or Provided) into hash buckets.
template <class T, class NameOf>
std::vector<std::uint32_t> link(std::string& table, const NameOf& name_of) {
  const auto count = table.size() / sizeof(T);
  std::vector<std::uint32_t> buckets(std::bit_ceil(std::max<std::size_t>(count, 1)), layout::kNone);
  for (std::uint32_t i = 0; i < count; ++i) {
    auto entry = layout::load<T>(table, i);
    auto& head = buckets[layout::hash(name_of(entry)) & (buckets.size() - 1)];
    entry.next = head;
    head = i;
    store(table, i, entry);
  }
  return buckets;
}

std::string_view bytes_of(const std::vector<std::uint32_t>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(std::uint32_t)};
}

}  // namespace

Result<std::string> PackagesReader::finish() {
  ENVTOOL_CHECK(take(pending_));
  const std::string_view blob = blob_;
  const auto names = link<layout::Record>(records_, [&](const layout::Record& record) {
    return blob.substr(record.at, record.length[layout::name]);
  });
  const auto provided = link<layout::Provided>(
      provides_, [&](const layout::Provided& entry) { return blob.substr(entry.at, entry.length); });
  layout::Header header;
  header.records = count_;
  header.provides = static_cast<std::uint32_t>(provides_.size() / sizeof(layout::Provided));
  header.name_buckets = static_cast<std::uint32_t>(names.size());
  header.provided_buckets = static_cast<std::uint32_t>(provided.size());
  header.essential = static_cast<std::uint32_t>(essential_.size());
  header.architecture_length = static_cast<std::uint32_t>(architecture_.size());
  header.blob = blob_.size();
  std::string bytes;
  bytes.reserve(sizeof header + records_.size() + provides_.size() + bytes_of(names).size() +
                bytes_of(provided).size() + bytes_of(essential_).size() + blob_.size());
  append(bytes, header);
  bytes.append(records_).append(provides_).append(bytes_of(names)).append(bytes_of(provided));
  bytes.append(bytes_of(essential_)).append(blob_);
  return bytes;
}

}  // namespace envtool::deb
