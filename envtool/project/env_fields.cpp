#include "envtool/project/env_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "envtool/support/text.hpp"

namespace envtool::project {

using Kind = YamlNode::Kind;

bool is_truth(const YamlNode& node) {
  return node.kind == Kind::scalar && !node.quoted && (node.text == "true" || node.text == "false");
}

bool is_word(std::string_view text, std::string_view also) {
  const auto alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !text.empty() && text.size() <= 63 && alphanumeric(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return alphanumeric(c) || also.find(c) != std::string_view::npos; });
}

Failure EnvFields::error(const YamlNode& at, std::string what, std::string hint) const {
  return fail(Error{.code = Code::bad_input,
                    .what = std::move(what),
                    .place = place(at),
                    .chain = {},
                    .hints = {std::move(hint)}});
}

Failure EnvFields::error(const YamlNode& at, std::string_view what, Error inner) const {
  inner.what = fmt::format("{}: {}", what, inner.what);
  inner.place = place(at);
  inner.code = Code::bad_input;
  return fail(std::move(inner));
}

Failure EnvFields::wrong_type(const YamlNode& at, std::string_view what, std::string_view expected,
                              std::string_view example) const {
  return error(at, fmt::format("{} is {}, and {} is expected", what, describe(at), expected),
               fmt::format("write for example `{}`", example));
}

Failure EnvFields::unknown_key(const YamlNode& key, std::string_view inside,
                               const std::vector<std::string>& known) const {
  auto spelled = to_lower(key.text);
  std::replace(spelled.begin(), spelled.end(), '_', '-');
  const auto near = nearest(spelled, known);
  auto what = fmt::format("unknown key '{}'{}", describe(key).substr(1, describe(key).size() - 2), inside);
  return error(
      key, std::move(what),
      near ? fmt::format("did you mean '{}'?", *near) : fmt::format("known are {}", enumerate(known, "and")));
}

Result<void> EnvFields::keys(const YamlNode& node, std::string_view what,
                             std::initializer_list<std::string_view> known) const {
  const std::vector<std::string> names(known.begin(), known.end());
  if (node.kind != Kind::mapping)
    return wrong_type(node, what, "a mapping of " + enumerate(names),
                      fmt::format("{}: {{{}: …}}", what.substr(0, what.find('[')), names.front()));
  for (const auto& member : node.members) {
    if (std::find(known.begin(), known.end(), member.key.text) == known.end())
      return unknown_key(member.key, fmt::format(" in {}", what), names);
  }
  return {};
}

Result<const YamlNode*> EnvFields::need(const YamlNode& node, std::string_view what, std::string_view key,
                                        std::string_view example) const {
  const auto* value = node.find(key);
  if (value == nullptr)
    return error(node, fmt::format("{} has no '{}'", what, key),
                 fmt::format("write for example `{}`", example));
  return value;
}

Result<Placed> EnvFields::text(const YamlNode& node, std::string_view what, std::string_view example) const {
  if (node.kind == Kind::null || (node.kind == Kind::scalar && trim(node.text).empty()))
    return error(node, fmt::format("{} has no value", what),
                 fmt::format("write for example `{}`, or remove the key", example));
  if (node.kind != Kind::scalar) return wrong_type(node, what, "one text", example);
  return Placed{node.text, place(node)};
}

Result<const std::vector<YamlNode>*> EnvFields::list(const YamlNode& node, std::string_view what,
                                                     std::string_view example) const {
  if (node.kind != Kind::sequence && node.kind != Kind::null)
    return wrong_type(node, what, "a list", example);
  return &node.items;
}

Result<std::vector<Placed>> EnvFields::texts(const YamlNode& node, std::string_view what,
                                             std::string_view example) const {
  ENVTOOL_TRY(const auto* items, list(node, what, example));
  std::vector<Placed> out;
  for (std::size_t i = 0; i < items->size(); ++i) {
    ENVTOOL_TRY(auto item, text((*items)[i], fmt::format("{}[{}]", what, i), example));
    out.push_back(std::move(item));
  }
  return out;
}

Result<bool> EnvFields::truth(const YamlNode& node, std::string_view what) const {
  if (!is_truth(node)) return wrong_type(node, what, "true or false", fmt::format("{}: true", what));
  return node.text == "true";
}

Result<std::uint32_t> EnvFields::number(const YamlNode& node, std::string_view what, std::uint32_t least,
                                        std::uint32_t most) const {
  const auto expected = fmt::format("a whole number from {} to {}", least, most);
  std::uint32_t value = 0;
  const char* end = node.text.data() + node.text.size();
  const auto [rest, status] = std::from_chars(node.text.data(), end, value);
  if (node.kind != Kind::scalar || status != std::errc{} || rest != end || value < least || value > most)
    return error(node, fmt::format("{} is {}, and {} is expected", what, describe(node), expected),
                 fmt::format("write {}", expected));
  return value;
}

Result<ByteCount> EnvFields::size(const YamlNode& node, std::string_view what) const {
  ENVTOOL_TRY(const auto written, text(node, what, "8GiB"));
  auto bytes = parse_byte_count(written.text);
  if (!bytes) return error(node, what, std::move(bytes).error());
  if (bytes->value == 0)
    return error(node, fmt::format("{} is 0", what), "write a size such as 8GiB, or remove the key");
  return *bytes;
}

Result<void> EnvFields::variable_name(const YamlNode& node, std::string_view what) const {
  const auto& name = node.text;
  static constexpr std::string_view kCharacters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
  const bool digit_first = !name.empty() && name.front() >= '0' && name.front() <= '9';
  if (node.kind == Kind::scalar && !name.empty() && !digit_first &&
      name.find_first_not_of(kCharacters) == std::string::npos)
    return {};
  return error(node, fmt::format("{} {} is not the name of an environment variable", what, describe(node)),
               "use letters, digits and _, beginning with a letter or _, for example HF_HOME");
}

}  // namespace envtool::project
