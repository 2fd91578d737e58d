#pragma once
// YAML as a plain tree with positions. Scalars keep their text as written, so 3.10 stays "3.10".
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "envtool/project/env_yaml.hpp"

namespace envtool::project {

struct YamlMember;

struct YamlNode {
  enum class Kind { null, scalar, sequence, mapping } kind = Kind::null;
  bool quoted = false;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string text;                 ///< of a scalar
  std::vector<YamlNode> items;      ///< of a sequence
  std::vector<YamlMember> members;  ///< of a mapping, in file order, keys unique
  [[nodiscard]] const YamlNode* find(std::string_view key) const;
};

struct YamlMember {
  YamlNode key;
  YamlNode value;
};

/// "a list", "the text 'x'", …: what was found, for sentences about a wrong type.
std::string describe(const YamlNode& node);

/// Errors: bad_input with `remedy` at the first line that git leaves where two branches changed the same
/// place.
Result<void> refuse_conflict_markers(const Source& source, std::string remedy);

/// Any YAML 1.2 document, through yaml-cpp. An empty document is a null node.
/// Errors: bad_input — over 1 MiB, not UTF-8 text, tabs as indentation, duplicate keys, merge keys, tags,
/// more than one document, more than 100 000 nodes once aliases are followed, and all that yaml-cpp refuses.
Result<YamlNode> parse_yaml(const Source& source);

/// The part of YAML that render(Lock) writes: block mappings and sequences indented by two, flow collections,
/// plain and double-quoted scalars. About forty times as fast as parse_yaml.
/// Errors: bad_input with line and column; merge-conflict markers have a sentence of their own.
Result<YamlNode> parse_lock_yaml(const Source& source);

}  // namespace envtool::project
