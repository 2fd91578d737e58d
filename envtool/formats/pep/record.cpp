#include "envtool/formats/pep/record.hpp"

#include <array>
#include <charconv>

namespace envtool::pep {
namespace {

constexpr std::string_view kSha256 = "sha256=";
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

Failure malformed(std::uint32_t line, const std::string& why) {
  auto error = Error{.code = Code::bad_input,
                     .what = "RECORD " + why,
                     .place = Place{"", line, 0},
                     .chain = {},
                     .hints = {}};
  return Failure(std::move(error));
}

/// One row of CSV after the other (RFC 4180): quotes double themselves, a quoted field may hold line ends.
class RowReader {
 public:
  explicit RowReader(std::string_view text) : text_(text) {}
  [[nodiscard]] bool done() const { return at_ >= text_.size(); }
  [[nodiscard]] std::uint32_t line() const { return line_; }

  /// False: a quote is not closed.
  bool read(std::vector<std::string>& fields) {
    fields.assign(1, {});
    bool quoted = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') ++line_;
      if (quoted) {
        if (c != '"') fields.back() += c;
        else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') fields.back() += text_[at_++];
        else quoted = false;
      } else if (c == '"' && fields.back().empty()) {
        quoted = true;
      } else if (c == ',') {
        fields.emplace_back();
      } else if (c == '\n') {
        ++at_;
        break;
      } else if (c != '\r' || at_ + 1 >= text_.size() || text_[at_ + 1] != '\n') {
        fields.back() += c;
      }
    }
    return !quoted;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
};

std::string quote(const std::string& field) {
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string out = "\"";
  for (const char c : field) out.append(c == '"' ? "\"\"" : std::string(1, c));
  return out + "\"";
}

}  // namespace

std::optional<Digest> RecordEntry::sha256() const {
  if (!hash.starts_with(kSha256)) return std::nullopt;
  auto text = std::string_view(hash).substr(kSha256.size());
  while (text.ends_with('=')) text.remove_suffix(1);
  constexpr std::size_t kLength = 43;  // 256 bits of six each, rounded up
  if (text.size() != kLength) return std::nullopt;
  std::array<std::uint8_t, 32> bytes{};
  std::uint32_t bits = 0;
  unsigned count = 0;
  std::size_t at = 0;
  for (const char c : text) {
    const auto value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.at(at++) = static_cast<std::uint8_t>(bits >> count);
  }
  if ((bits & 3) != 0) return std::nullopt;  // the last two bits belong to no byte
  return Digest(bytes);
}

std::string record_hash(const Digest& digest) {
  std::string out(kSha256);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const auto byte : digest.bytes()) {
    bits = (bits << 8) | byte;
    for (count += 8; count >= 6; count -= 6) out += kAlphabet[(bits >> (count - 6)) & 63];
  }
  return out + kAlphabet[(bits << (6 - count)) & 63];
}

Result<std::vector<RecordEntry>> parse_record(std::string_view bytes) {
  std::vector<RecordEntry> out;
  std::vector<std::string> fields;
  RowReader reader(bytes);
  while (!reader.done()) {
    const auto line = reader.line();
    if (!reader.read(fields)) return malformed(line, "has a quote that is not closed");
    if (fields.size() == 1 && fields[0].empty()) continue;
    if (fields.size() != 3) return malformed(line, "needs path, hash and size in each line");
    if (fields[0].empty()) return malformed(line, "has an entry without a path");
    RecordEntry entry{std::move(fields[0]), std::move(fields[1]), std::nullopt};
    if (const auto& size = fields[2]; !size.empty()) {
      std::uint64_t value = 0;
      const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), value);
      if (error != std::errc{} || end != size.data() + size.size())
        return malformed(line, "has '" + size.substr(0, 40) + "' for the size of " + entry.path);
      entry.size = value;
    }
    out.push_back(std::move(entry));
  }
  return out;
}

std::string render_record(const std::vector<RecordEntry>& entries) {
  std::string out;
  for (const auto& entry : entries)
    out.append(quote(entry.path))
        .append(",")
        .append(quote(entry.hash))
        .append(",")
        .append(entry.size ? std::to_string(*entry.size) : "")
        .append("\n");
  return out;
}

}  // namespace envtool::pep
