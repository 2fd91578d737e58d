#include "envtool/project/lock_fields.hpp"

#include <algorithm>

namespace envtool::project {

Failure LockFields::error(const YamlNode& at, const std::string& what) const {
  return fail(
      Error{.code = Code::bad_input,
            .what = what,
            .place = Place{file_, at.line, at.column},
            .chain = {},
            .hints = {"the file was changed by hand or cut short: take it back from version control, or "
                      "run `env lock` to make it again"}});
}

Result<void> LockFields::check(std::initializer_list<std::string_view> known) const {
  if (node_.kind != YamlNode::Kind::mapping)
    return error(node_, object_ + " in " + file_ + " is " + describe(node_) + " where a mapping is expected");
  for (const auto& member : node_.members) {
    if (std::find(known.begin(), known.end(), member.key.text) == known.end())
      return error(member.key, "unknown key '" + member.key.text + "' of " + object_ + " in " + file_);
  }
  return {};
}

Result<const YamlNode*> LockFields::need(std::string_view key, YamlNode::Kind kind) const {
  const auto* value = find(key);
  if (value == nullptr) return error(node_, object_ + " in " + file_ + " has no '" + std::string(key) + "'");
  if (value->kind != kind)
    return error(*value, "'" + std::string(key) + "' of " + object_ + " cannot be " + describe(*value));
  return value;
}

Result<void> LockFields::get(std::string_view key, std::string& out) const {
  ENVTOOL_TRY(const auto* value, need(key, YamlNode::Kind::scalar));
  out = value->text;
  return {};
}

Result<void> LockFields::get(std::string_view key, Digest& out) const {
  ENVTOOL_TRY(const auto* value, need(key, YamlNode::Kind::scalar));
  auto digest = value->text.starts_with("sha256:") ? Digest::parse(value->text) : fail(Code::bad_input, "");
  if (!digest)
    return error(*value, "'" + std::string(key) + "' of " + object_ +
                             " is not a digest: sha256: and 64 hexadecimal digits are expected");
  out = *digest;
  return {};
}

Result<void> LockFields::get(std::string_view key, std::uint64_t& out) const {
  ENVTOOL_TRY(const auto* value, need(key, YamlNode::Kind::scalar));
  const char* end = value->text.data() + value->text.size();
  const auto [rest, status] = std::from_chars(value->text.data(), end, out);
  if (status != std::errc{} || rest != end || value->quoted)
    return error(*value, "'" + std::string(key) + "' of " + object_ + " is not a whole number");
  return {};
}

Result<void> LockFields::get(std::string_view key, std::vector<std::string>& out) const {
  ENVTOOL_TRY(const auto* value, need(key, YamlNode::Kind::sequence));
  for (const auto& item : value->items) {
    if (item.kind != YamlNode::Kind::scalar)
      return error(item, "'" + std::string(key) + "' of " + object_ + " cannot hold " + describe(item));
    out.push_back(item.text);
  }
  return {};
}

}  // namespace envtool::project
