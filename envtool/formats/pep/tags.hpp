#pragma once
// PEP 425 tags, PEP 600 (manylinux), PEP 656 (musllinux): what a Python can install, best first.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "envtool/support/result.hpp"

namespace envtool::pep {

struct Tag {
  std::string python;    ///< cp311
  std::string abi;       ///< cp311, abi3, none
  std::string platform;  ///< manylinux_2_17_x86_64, any
  bool operator==(const Tag&) const = default;
  auto operator<=>(const Tag&) const = default;
  [[nodiscard]] std::string str() const { return python + "-" + abi + "-" + platform; }
};

/// A CPython on Linux.
struct TagTarget {
  unsigned python_major = 3;
  unsigned python_minor = 11;
  bool free_threaded = false;  ///< the `t` builds (PEP 703)
  enum class Libc : std::uint8_t { glibc, musl } libc = Libc::glibc;
  unsigned libc_major = 2;
  unsigned libc_minor = 36;
  std::string machine = "x86_64";  ///< uname -m: x86_64, aarch64 (others work too)
  /// In: LockedPython's fields: "3.11.2", "glibc 2.36", machine. Errors: bad_input.
  static Result<TagTarget> of(std::string_view python_version, std::string_view libc,
                              std::string_view machine);
};

/// Every tag, best first. `linux_<machine>` comes before manylinux, as in packaging 26.3.
std::vector<Tag> supported_tags(const TagTarget& target);

/// Answers "how good is this wheel here" in tens of nanoseconds.
class TagRanks {
 public:
  explicit TagRanks(const TagTarget& target);
  explicit TagRanks(const std::vector<Tag>& best_first);
  /// In: the three compressed fields of a file name ("py2.py3", "none", "any"). Out: the smallest index in
  /// the list of supported tags, lower is better; nullopt: not installable here.
  [[nodiscard]] std::optional<std::uint32_t> rank(std::string_view pythons, std::string_view abis,
                                                  std::string_view platforms) const;
  [[nodiscard]] std::size_t size() const { return count_; }

 private:
  struct Ids;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Intern = std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>>;
  static std::uint32_t intern(Intern& table, const std::string& text);
  void collect(const Intern& table, std::string_view compressed, Ids& out) const;
  Intern pythons_, abis_, platforms_;
  std::vector<std::uint32_t> ranks_;  ///< by (python, abi, platform); kNone where unsupported
  std::size_t count_ = 0;
};

/// Expand a compressed tag "py2.py3-none-any". Errors: bad_input.
Result<std::vector<Tag>> parse_tag(std::string_view text);

}  // namespace envtool::pep
