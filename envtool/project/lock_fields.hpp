#pragma once
// Typed access to the mappings of env.lock, with one error regime for all of them. Private to project/.
#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "envtool/project/lock.hpp"
#include "envtool/project/yaml_node.hpp"

namespace envtool::project {

/// One mapping of the lock. `object` names it in sentences: "numpy", "the base", "env.lock".
class LockFields {
 public:
  LockFields(const YamlNode& node, std::string object, const std::string& file)
      : node_(node), object_(std::move(object)), file_(file) {}

  [[nodiscard]] const YamlNode* find(std::string_view key) const { return node_.find(key); }
  [[nodiscard]] const std::string& object() const { return object_; }
  [[nodiscard]] const std::string& file() const { return file_; }

  /// Errors at the node's own place, with the remedy that fits every hand-edited lock.
  [[nodiscard]] Failure error(const YamlNode& at, const std::string& what) const;
  /// That the node is a mapping and has only keys out of `known`.
  [[nodiscard]] Result<void> check(std::initializer_list<std::string_view> known) const;

  [[nodiscard]] Result<const YamlNode*> need(std::string_view key, YamlNode::Kind kind) const;
  [[nodiscard]] Result<void> get(std::string_view key, std::string& out) const;
  [[nodiscard]] Result<void> get(std::string_view key, Digest& out) const;
  [[nodiscard]] Result<void> get(std::string_view key, std::uint64_t& out) const;
  [[nodiscard]] Result<void> get(std::string_view key, std::vector<std::string>& out) const;
  /// The same, leaving `out` alone where the key is absent.
  template <class T>
  [[nodiscard]] Result<void> maybe(std::string_view key, T& out) const {
    return find(key) == nullptr ? Result<void>{} : get(key, out);
  }

 private:
  const YamlNode& node_;
  std::string object_;
  const std::string& file_;
};

}  // namespace envtool::project
