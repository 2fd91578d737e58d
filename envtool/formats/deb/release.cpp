#include "envtool/formats/deb/release.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "envtool/formats/deb/control.hpp"
#include "envtool/support/text.hpp"

namespace envtool::deb {
namespace {

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> found;
  for (std::size_t at = 0; at < text.size();) {
    const auto start = text.find_first_not_of(" \t\n\r", at);
    if (start == std::string_view::npos) break;
    const auto end = std::min(text.find_first_of(" \t\n\r", start), text.size());
    found.push_back(text.substr(start, end - start));
    at = end;
  }
  return found;
}

std::vector<std::string> strings(std::string_view text) {
  const auto found = words(text);
  return {found.begin(), found.end()};
}

template <class T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_packages(std::string_view name) {
  const auto slash = name.rfind('/');
  const auto file = slash == std::string_view::npos ? name : name.substr(slash + 1);
  return file == "Packages" || file.starts_with("Packages.");
}

Result<void> read_list(std::string_view list, Release& release) {
  for (const auto line : split(list, '\n')) {
    if (!is_packages(line)) continue;
    const auto parts = words(line);
    const auto size = parts.size() == 3 ? number<std::uint64_t>(parts[1]) : std::nullopt;
    auto digest = size ? Digest::parse(parts[0]) : Result<Digest>(fail(Code::bad_input, ""));
    if (!size || !digest) {
      return fail(Code::bad_input,
                  "malformed line in the SHA256 list of a Release: '" + std::string(trim(line)) + "'");
    }
    release.packages.insert_or_assign(std::string(parts[2]), ReleaseFile{*digest, ByteCount{*size}});
  }
  return {};
}

std::optional<std::chrono::seconds> parse_clock(std::string_view text) {
  const auto parts = split(text, ':');
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  int seconds = 0;
  for (const auto part : parts) {
    const auto value = number<unsigned>(part);
    if (!value || *value > 60) return std::nullopt;
    seconds = seconds * 60 + static_cast<int>(*value);
  }
  return std::chrono::seconds(parts.size() == 2 ? seconds * 60 : seconds);
}

std::optional<std::chrono::minutes> parse_zone(std::string_view text) {
  if (text == "UTC" || text == "GMT" || text == "Z") return std::chrono::minutes(0);
  if (text.size() != 5 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const auto value = number<int>(text.substr(1));
  if (!value) return std::nullopt;
  const auto offset = std::chrono::minutes(*value / 100 * 60 + *value % 100);
  return text[0] == '-' ? -offset : offset;
}

}  // namespace

Result<std::chrono::sys_seconds> parse_date(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto bad = [&] { return fail(Code::bad_input, "'" + std::string(text) + "' is no date"); };
  auto parts = words(text);
  if (!parts.empty() && parts.front().ends_with(',')) parts.erase(parts.begin());
  if (parts.size() != 5) return bad();
  const auto day = number<unsigned>(parts[0]);
  const auto month = std::find(kMonths.begin(), kMonths.end(), parts[1]);
  const auto year = number<int>(parts[2]);
  const auto clock = parse_clock(parts[3]);
  const auto zone = parse_zone(parts[4]);
  if (!day || month == kMonths.end() || !year || !clock || !zone) return bad();
  const std::chrono::year_month_day date{
      std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
      std::chrono::day(*day)};
  if (!date.ok()) return bad();
  return std::chrono::sys_days(date) + *clock - *zone;
}

Result<Release> parse_release(std::string_view text) {
  ENVTOOL_TRY(const auto paragraphs, parse_control(text));
  if (paragraphs.size() != 1)
    return fail(Code::bad_input,
                "a Release has one paragraph, this has " + std::to_string(paragraphs.size()));
  const auto& fields = paragraphs.front();
  Release release;
  release.origin = fields.get("Origin");
  release.suite = fields.get("Suite");
  release.codename = fields.get("Codename");
  release.version = fields.get("Version");
  release.architectures = strings(fields.get("Architectures"));
  release.components = strings(fields.get("Components"));
  release.acquire_by_hash = fields.get("Acquire-By-Hash") == "yes";
  ENVTOOL_TRY(release.date, parse_date(fields.get("Date")));
  if (const auto until = fields.get("Valid-Until"); !until.empty()) {
    ENVTOOL_TRY(release.valid_until, parse_date(until));
  }
  const auto list = fields.get("SHA256");
  if (list.empty()) return fail(Code::bad_input, "a Release has no SHA256 list");
  ENVTOOL_CHECK(read_list(list, release));
  return release;
}

Result<void> check_clear_signed(std::string_view bytes) {
  constexpr std::string_view kBegin = "-----BEGIN PGP SIGNED MESSAGE-----";
  constexpr std::string_view kSignature = "\n-----BEGIN PGP SIGNATURE-----";
  constexpr std::string_view kEnd = "\n-----END PGP SIGNATURE-----";
  if (!bytes.starts_with(kBegin)) return fail(Code::bad_input, "it is not signed");
  const auto signature = bytes.find(kSignature);
  const auto end = bytes.find(kEnd, signature == std::string_view::npos ? 0 : signature);
  if (signature == std::string_view::npos || end == std::string_view::npos) {
    return fail(Code::bad_input, "its signature is cut short");
  }
  const auto rest = trim(bytes.substr(end + kEnd.size()));
  if (!rest.empty() || bytes.find(kBegin, kBegin.size()) < signature) {
    return fail(Code::bad_input, "there is text outside its signature");
  }
  return {};
}

}  // namespace envtool::deb
