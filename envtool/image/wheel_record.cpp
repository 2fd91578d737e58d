#include "envtool/image/wheel_record.hpp"

#include "envtool/formats/archive/path_guard.hpp"
#include "envtool/formats/pep/name.hpp"
#include "envtool/formats/pep/record.hpp"

namespace envtool::image {
namespace {

Failure mismatch(std::string what) {
  return fail(
      Code::bad_input, std::move(what),
      "the wheel was not made or was changed by hand: ask its makers for another build, or pin another "
      "version in env.yaml");
}

}  // namespace

Result<std::string> find_dist_info(const archive::ZipReader& wheel, const std::string& name,
                                   const std::string& object) {
  std::string found;
  for (const archive::ZipMember& member : wheel.members()) {
    const std::string_view path = member.name;
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos || path.substr(slash) != "/RECORD") continue;
    if (!path.substr(0, slash).ends_with(".dist-info")) continue;
    if (!found.empty()) return mismatch(object + " has two .dist-info folders");
    found = path.substr(0, slash);
  }
  if (found.empty()) return mismatch(object + " has no .dist-info/RECORD, so it is not a wheel");
  const std::string_view owner = std::string_view(found).substr(0, found.rfind('-', found.size() - 11));
  if (pep::normalize_name(owner) != pep::normalize_name(name))
    return mismatch(object + " holds the package " + std::string(owner) + ", not " + name);
  return found;
}

bool is_record_or_signature(std::string_view member, const std::string& dist_info) {
  if (!member.starts_with(dist_info + "/RECORD")) return false;
  const std::string_view rest = member.substr(dist_info.size() + 7);
  return rest.empty() || rest == ".jws" || rest == ".p7s";
}

Result<std::unordered_map<std::string, Digest>> read_wheel_record(const archive::ZipReader& wheel,
                                                                  const std::string& dist_info,
                                                                  const std::string& object) {
  const archive::ZipMember* record = wheel.find(dist_info + "/RECORD");
  if (record == nullptr) return mismatch(object + " has no RECORD");
  ENVTOOL_TRY(const std::string text, wheel.read(*record, 64_MiB));
  auto parsed = pep::parse_record(text);
  if (!parsed) return fail(std::move(parsed).error().in("while reading RECORD of " + object));
  std::unordered_map<std::string, pep::RecordEntry> rows;
  for (pep::RecordEntry& row : *parsed) {
    ENVTOOL_TRY(std::string path,
                archive::clean_path(row.path, archive::LeadingSlash::refuse, object + ": RECORD"));
    rows[std::move(path)] = std::move(row);
  }
  std::unordered_map<std::string, Digest> digests;
  for (const archive::ZipMember& member : wheel.members()) {
    if (member.is_directory() || is_record_or_signature(member.name, dist_info)) continue;
    ENVTOOL_TRY(std::string path, archive::clean_path(member.name, archive::LeadingSlash::refuse, object));
    const auto row = rows.find(path);
    if (row == rows.end()) return mismatch(object + ": its RECORD does not list " + path);
    if (row->second.size && *row->second.size != member.size)
      return mismatch(object + ": " + path + " has " + std::to_string(member.size) +
                      " bytes, but RECORD says " + std::to_string(*row->second.size));
    const auto digest = row->second.sha256();
    if (!digest) return mismatch(object + ": its RECORD has no sha256 for " + path);
    digests.emplace(std::move(path), *digest);
    rows.erase(row);
  }
  for (const auto& [path, row] : rows)
    if (!is_record_or_signature(path, dist_info))
      return mismatch(object + ": " + path + " is in its RECORD but not in the wheel");
  return digests;
}

}  // namespace envtool::image
