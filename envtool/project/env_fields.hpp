#pragma once
// Typed access to the values of env.yaml, with sentences for a person. Private to project/.
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "envtool/project/env_yaml.hpp"
#include "envtool/project/yaml_node.hpp"

namespace envtool::project {

/// Reads nodes of one file. `what` parameters name the value in sentences: "python", "mounts[1].target".
class EnvFields {
 public:
  explicit EnvFields(std::string file) : file_(std::move(file)) {}

  [[nodiscard]] Place place(const YamlNode& node) const { return {file_, node.line, node.column}; }
  [[nodiscard]] Failure error(const YamlNode& at, std::string what, std::string hint) const;
  /// `error` of a value's own parser, at the node.
  [[nodiscard]] Failure error(const YamlNode& at, std::string_view what, Error inner) const;
  [[nodiscard]] Failure wrong_type(const YamlNode& at, std::string_view what, std::string_view expected,
                                   std::string_view example) const;

  /// That the node is a mapping whose keys are all in `known`; names the nearest one.
  [[nodiscard]] Result<void> keys(const YamlNode& node, std::string_view what,
                                  std::initializer_list<std::string_view> known) const;
  [[nodiscard]] Failure unknown_key(const YamlNode& key, std::string_view inside,
                                    const std::vector<std::string>& known) const;
  /// A member that must be there.
  [[nodiscard]] Result<const YamlNode*> need(const YamlNode& node, std::string_view what,
                                             std::string_view key, std::string_view example) const;

  /// A scalar's text as written, not empty. Errors: bad_input.
  [[nodiscard]] Result<Placed> text(const YamlNode& node, std::string_view what,
                                    std::string_view example) const;
  /// A list of such; null is an empty list.
  [[nodiscard]] Result<std::vector<Placed>> texts(const YamlNode& node, std::string_view what,
                                                  std::string_view example) const;
  /// The items of a list; null is an empty list.
  [[nodiscard]] Result<const std::vector<YamlNode>*> list(const YamlNode& node, std::string_view what,
                                                          std::string_view example) const;
  [[nodiscard]] Result<bool> truth(const YamlNode& node, std::string_view what) const;
  [[nodiscard]] Result<std::uint32_t> number(const YamlNode& node, std::string_view what, std::uint32_t least,
                                             std::uint32_t most) const;
  [[nodiscard]] Result<ByteCount> size(const YamlNode& node, std::string_view what) const;
  /// The name of an environment variable.
  [[nodiscard]] Result<void> variable_name(const YamlNode& node, std::string_view what) const;

  [[nodiscard]] const std::string& file() const { return file_; }

 private:
  std::string file_;
};

/// Whether a plain scalar is the word for true or false.
bool is_truth(const YamlNode& node);
/// Letters, digits and the characters of `also`, beginning with a letter or digit, at most 63.
bool is_word(std::string_view text, std::string_view also);

}  // namespace envtool::project
