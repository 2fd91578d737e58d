#include "envtool/formats/pep/tags.hpp"

#include <algorithm>
#include <charconv>

#include "envtool/support/text.hpp"

namespace envtool::pep {
namespace {

/// Minor versions of glibc 2 that old names stand for (PEP 513, 571, 599).
std::string_view old_manylinux(unsigned minor) {
  return minor == 5 ? "manylinux1" : minor == 12 ? "manylinux2010" : minor == 17 ? "manylinux2014" : "";
}

std::vector<std::string> platforms_of(const TagTarget& target) {
  std::vector<std::string> out = {"linux_" + target.machine};
  const auto add = [&](std::string_view family, unsigned major, unsigned minor) {
    out.push_back(std::string(family) + "_" + std::to_string(major) + "_" + std::to_string(minor) + "_" +
                  target.machine);
  };
  if (target.libc == TagTarget::Libc::musl) {
    for (unsigned minor = target.libc_minor + 1; minor-- > 0;) add("musllinux", target.libc_major, minor);
    return out;
  }
  // PEP 600: other architectures than the two of PEP 513 begin at glibc 2.17.
  const bool is_old = target.machine == "x86_64" || target.machine == "i686";
  const unsigned oldest = is_old ? 5 : 17;
  if (target.libc_major != 2) return out;
  for (unsigned minor = target.libc_minor; minor >= oldest; --minor) {
    add("manylinux", 2, minor);
    if (const auto old = old_manylinux(minor); !old.empty())
      out.push_back(std::string(old) + "_" + target.machine);
  }
  return out;
}

/// py311, py3, py310, …, py30.
std::vector<std::string> generic_pythons(const TagTarget& target) {
  const auto major = "py" + std::to_string(target.python_major);
  std::vector<std::string> out = {major + std::to_string(target.python_minor), major};
  for (unsigned minor = target.python_minor; minor-- > 0;) out.push_back(major + std::to_string(minor));
  return out;
}

/// A leading number of up to three digits: lists of tags are as long as it is large.
bool number(std::string_view text, unsigned& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end != text.data() && out < 1000;
}

bool is_identifier(std::string_view text) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80);
  };
  return !text.empty() && letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

}  // namespace

Result<TagTarget> TagTarget::of(std::string_view python_version, std::string_view libc,
                                std::string_view machine) {
  TagTarget out;
  const auto python = split(python_version, '.');
  if (python.size() < 2 || !number(python[0], out.python_major) || !number(python[1], out.python_minor))
    return fail(Code::bad_input, "'" + std::string(python_version) + "' is not a Python version",
                "write it as 3.11 or 3.11.2");
  const auto blank = libc.find(' ');
  const auto name = libc.substr(0, blank);
  const auto version = split(blank == std::string_view::npos ? "" : libc.substr(blank + 1), '.');
  if ((name != "glibc" && name != "musl") || version.size() < 2 || !number(version[0], out.libc_major) ||
      !number(version[1], out.libc_minor))
    return fail(Code::bad_input, "'" + std::string(libc) + "' is not a C library",
                "write it as \"glibc 2.36\" or \"musl 1.2\"");
  out.libc = name == "musl" ? Libc::musl : Libc::glibc;
  out.machine = std::string(machine);
  return out;
}

std::vector<Tag> supported_tags(const TagTarget& target) {
  std::vector<Tag> out;
  const auto platforms = platforms_of(target);
  const auto cp = [&](unsigned minor) {
    return "cp" + std::to_string(target.python_major) + std::to_string(minor);
  };
  const auto add = [&](const std::string& python, const std::string& abi) {
    for (const auto& platform : platforms) out.push_back({python, abi, platform});
  };
  // PEP 384 stable ABI; free-threaded builds have their own (PEP 803).
  const std::string stable = target.free_threaded ? "abi3t" : "abi3";
  const auto own = cp(target.python_minor);
  add(own, own + (target.free_threaded ? "t" : ""));
  add(own, stable);
  add(own, "none");
  for (unsigned minor = target.python_minor; minor-- > 2;) add(cp(minor), stable);
  const auto generic = generic_pythons(target);
  for (const auto& python : generic) add(python, "none");
  out.push_back({own, "none", "any"});
  for (const auto& python : generic) out.push_back({python, "none", "any"});
  return out;
}

Result<std::vector<Tag>> parse_tag(std::string_view text) {
  constexpr std::size_t kMost = 10'000;  // a name of a few hundred bytes can spell millions
  const auto fields = split(text, '-');
  const auto complain = [&](const char* why) {
    return fail(Code::bad_input, "tag '" + std::string(text) + "' " + why);
  };
  if (fields.size() != 3) return complain("does not have three fields");
  const auto pythons = split(fields[0], '.'), abis = split(fields[1], '.'), platforms = split(fields[2], '.');
  for (const auto* parts : {&pythons, &abis, &platforms})
    for (const auto part : *parts)
      if (part.empty()) return complain("has an empty field");
  if (pythons.size() * abis.size() * platforms.size() > kMost) return complain("stands for too many tags");
  std::vector<Tag> out;
  for (const auto python : pythons) {
    if (!is_identifier(python)) return complain("has an interpreter that is not a name");
    for (const auto abi : abis)
      for (const auto platform : platforms)
        out.push_back({to_lower(python), to_lower(abi), to_lower(platform)});
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace envtool::pep
