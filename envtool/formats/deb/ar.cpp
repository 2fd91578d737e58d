#include "envtool/formats/deb/ar.hpp"

#include <charconv>
#include <cstdint>
#include <string>

#include "envtool/support/text.hpp"

namespace envtool::deb {
namespace {

constexpr std::string_view kMagic = "!<arch>\n";
constexpr std::size_t kHeader = 60;

}  // namespace

Result<std::vector<ArMember>> parse_ar(std::string_view archive) {
  if (!archive.starts_with(kMagic)) return fail(Code::bad_input, "not an ar archive");
  std::vector<ArMember> members;
  archive.remove_prefix(kMagic.size());
  while (!archive.empty()) {
    if (archive.size() < kHeader || archive.substr(58, 2) != "`\n") {
      return fail(Code::bad_input, "an ar archive is cut short or has a broken member header");
    }
    auto name = trim(archive.substr(0, 16));
    if (name.ends_with('/')) name.remove_suffix(1);  // GNU writes "name/"
    const auto digits = trim(archive.substr(48, 10));
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
    if (error != std::errc{} || end != digits.data() + digits.size()) {
      return fail(Code::bad_input, "ar member '" + std::string(name) + "' has no size");
    }
    archive.remove_prefix(kHeader);
    if (size > archive.size())
      return fail(Code::bad_input, "ar member '" + std::string(name) + "' is cut short");
    members.push_back({name, archive.substr(0, size)});
    archive.remove_prefix(size);
    if (size % 2 == 1 && !archive.empty()) archive.remove_prefix(1);
  }
  return members;
}

Result<DebMembers> parse_deb(std::string_view file) {
  ENVTOOL_TRY(const auto members, parse_ar(file));
  if (members.empty() || members.front().name != "debian-binary") {
    return fail(Code::bad_input, "not a Debian package: its first member is not debian-binary");
  }
  if (!members.front().bytes.starts_with("2.")) {
    return fail(Code::bad_input, "a Debian package of an unknown format: " +
                                     std::string(trim(members.front().bytes.substr(0, 20))));
  }
  DebMembers deb;
  for (const auto& member : members) {
    if (deb.control.name.empty() && member.name.starts_with("control.tar")) deb.control = member;
    if (deb.data.name.empty() && member.name.starts_with("data.tar")) deb.data = member;
  }
  if (deb.control.name.empty()) return fail(Code::bad_input, "a Debian package has no control.tar");
  if (deb.data.name.empty()) return fail(Code::bad_input, "a Debian package has no data.tar");
  return deb;
}

}  // namespace envtool::deb
