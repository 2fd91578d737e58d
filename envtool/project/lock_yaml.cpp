// The reader of env.lock's own subset of YAML: a lock has thousands of scalars and is read on every start.
#include <array>

#include "envtool/project/yaml_node.hpp"

namespace envtool::project {
namespace {

constexpr int kDepthLimit = 24;

class LockParser {
 public:
  explicit LockParser(const Source& source) : name_(source.name), text_(source.text) {}

  Result<YamlNode> document() {
    ENVTOOL_CHECK(next_line());
    if (at_end()) return error("is empty");
    ENVTOOL_TRY(auto root, block(0, 0));
    if (!at_end()) return error("has a line that is not indented like those around it");
    return root;
  }

 private:
  [[nodiscard]] bool at_end() const { return position_ >= text_.size(); }
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\n';
  }
  [[nodiscard]] std::uint32_t column() const {
    return static_cast<std::uint32_t>(position_ - line_start_ + 1);
  }

  [[nodiscard]] Failure error(const std::string& what) const {
    return fail(
        Error{.code = Code::bad_input,
              .what = name_ + " " + what,
              .place = Place{name_, line_, column()},
              .chain = {},
              .hints = {"the file was changed by hand or cut short: take it back from version control, "
                        "or run `env lock` to make it again"}});
  }
  [[nodiscard]] YamlNode node(YamlNode::Kind kind) const {
    YamlNode out;
    out.kind = kind;
    out.line = line_;
    out.column = column();
    return out;
  }

  void newline() {
    ++position_;
    ++line_;
    line_start_ = position_;
  }
  /// To the first character of the next line that says something; position_ is then after its indentation.
  Result<void> next_line() {
    while (!at_end()) {
      while (peek() == ' ' && !at_end()) ++position_;
      if (at_end()) break;
      if (peek() == '#') {
        while (!at_end() && peek() != '\n') ++position_;
      }
      if (peek() == '\r' && peek(1) == '\n') ++position_;
      if (peek() != '\n') {
        if (peek() == '\t') return error("is indented with a tab");
        return {};
      }
      newline();
    }
    return {};
  }
  Result<void> end_of_line() {
    while (peek() == ' ' && !at_end()) ++position_;
    if (peek() == '\r') ++position_;
    if (peek() != '\n') return error("has more on this line than one value");
    if (!at_end()) newline();
    return next_line();
  }
  [[nodiscard]] std::size_t indent() const { return position_ - line_start_; }

  [[nodiscard]] bool ends_key() const {
    return peek() == ':' && (peek(1) == ' ' || peek(1) == '\n' || peek(1) == '\r');
  }
  [[nodiscard]] bool starts_item() const { return peek() == '-' && peek(1) == ' '; }
  /// Whether the text here is `word:` — a mapping, where a value could be too.
  [[nodiscard]] bool starts_member() const {
    LockParser probe = *this;
    auto key = probe.scalar();
    return key && probe.ends_key();
  }

  Result<YamlNode> block(std::size_t depth_indent, int depth) {
    if (depth > kDepthLimit) return error("is nested too deeply");
    if (indent() != depth_indent) return error("has a line that is not indented like those around it");
    return starts_item() ? block_sequence(depth_indent, depth) : block_mapping(depth_indent, depth);
  }

  Result<YamlNode> block_sequence(std::size_t at, int depth) {
    auto out = node(YamlNode::Kind::sequence);
    while (!at_end() && indent() == at && starts_item()) {
      position_ += 2;
      const char c = peek();
      if (c != '{' && c != '[' && starts_member()) {
        ENVTOOL_TRY(auto item, block_mapping(at + 2, depth + 1));
        out.items.push_back(std::move(item));
      } else {
        ENVTOOL_TRY(auto item, flow(depth + 1));
        out.items.push_back(std::move(item));
        ENVTOOL_CHECK(end_of_line());
      }
    }
    return out;
  }

  Result<YamlNode> block_mapping(std::size_t at, int depth) {
    auto out = node(YamlNode::Kind::mapping);
    while (!at_end() && indent() == at && !starts_item()) {
      ENVTOOL_TRY(auto key, scalar());
      ENVTOOL_CHECK(member(out, std::move(key)));
      if (peek() == '\n' || peek() == '\r') {
        ENVTOOL_CHECK(end_of_line());
        if (at_end() || indent() <= at) return error("has a key without a value");
        ENVTOOL_TRY(out.members.back().value, block(at + 2, depth + 1));
      } else {
        ENVTOOL_TRY(out.members.back().value, flow(depth + 1));
        ENVTOOL_CHECK(end_of_line());
      }
    }
    return out;
  }

  /// Past the colon, with `key` as a new member.
  Result<void> member(YamlNode& mapping, YamlNode key) {
    if (!ends_key()) return error("has no ': ' after '" + key.text + "'");
    if (mapping.find(key.text) != nullptr) return error("has the key '" + key.text + "' twice");
    ++position_;
    if (peek() == ' ') ++position_;
    mapping.members.push_back({std::move(key), {}});
    return {};
  }

  void flow_space() {
    while (!at_end() && (peek() == ' ' || peek() == '\n' || peek() == '\r')) {
      if (peek() == '\n') {
        newline();
      } else {
        ++position_;
      }
    }
  }

  Result<YamlNode> flow(int depth) {
    if (depth > kDepthLimit) return error("is nested too deeply");
    const char open = peek();
    if (open != '{' && open != '[') return scalar();
    auto out = node(open == '{' ? YamlNode::Kind::mapping : YamlNode::Kind::sequence);
    const char close = open == '{' ? '}' : ']';
    ++position_;
    for (flow_space(); peek() != close; flow_space()) {
      if (at_end()) return error(std::string("ends inside ") + open);
      if (open == '{') {
        ENVTOOL_TRY(auto key, scalar());
        ENVTOOL_CHECK(member(out, std::move(key)));
        flow_space();
        ENVTOOL_TRY(out.members.back().value, flow(depth + 1));
      } else {
        ENVTOOL_TRY(auto item, flow(depth + 1));
        out.items.push_back(std::move(item));
      }
      flow_space();
      if (peek() == ',') {
        ++position_;
      } else if (peek() != close || at_end()) {
        return error(std::string("has neither ',' nor '") + close + "' after a value");
      }
    }
    ++position_;
    return out;
  }

  Result<YamlNode> scalar() {
    if (peek() == '"') return quoted();
    auto out = node(YamlNode::Kind::scalar);
    static constexpr std::string_view kNeverFirst = "-?:,[]{}#&*!|>'\"%@`";
    static constexpr std::string_view kEnd = ",[]{}\" \t\r\n";
    if (kNeverFirst.find(peek()) != std::string_view::npos)
      return error("has no value where one is expected");
    const auto start = position_;
    while (!at_end() && kEnd.find(peek()) == std::string_view::npos && !ends_key()) ++position_;
    if (position_ == start) return error("has no value where one is expected");
    out.text = text_.substr(start, position_ - start);
    return out;
  }

  Result<YamlNode> quoted() {
    auto out = node(YamlNode::Kind::scalar);
    out.quoted = true;
    for (++position_; peek() != '"'; ++position_) {
      if (at_end() || peek() == '\n') return error("has a \" that is not closed");
      if (peek() != '\\') {
        out.text.push_back(peek());
        continue;
      }
      ++position_;
      ENVTOOL_TRY(const char c, escape());
      out.text.push_back(c);
    }
    ++position_;
    return out;
  }
  Result<char> escape() {
    static constexpr std::string_view kNames = "ntr\"\\";
    static constexpr std::string_view kValues = "\n\t\r\"\\";
    if (const auto at = kNames.find(peek()); at != std::string_view::npos) return kValues[at];
    static constexpr std::string_view kHex = "0123456789abcdef";
    const auto high = kHex.find(peek(1));
    const auto low = kHex.find(peek(2));
    if (peek() != 'x' || high == std::string_view::npos || low == std::string_view::npos)
      return error(std::string("has an unknown escape \\") + peek());
    position_ += 2;
    return static_cast<char>(high * 16 + low);
  }

  const std::string& name_;
  std::string_view text_;
  std::size_t position_ = 0;
  std::size_t line_start_ = 0;
  std::uint32_t line_ = 1;
};

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const auto& member : members) {
    if (member.key.text == key) return &member.value;
  }
  return nullptr;
}

std::string describe(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::null:
      return "nothing";
    case YamlNode::Kind::sequence:
      return "a list";
    case YamlNode::Kind::mapping:
      return "a mapping";
    case YamlNode::Kind::scalar:
      break;
  }
  return "'" + (node.text.size() > 60 ? node.text.substr(0, 57) + "..." : node.text) + "'";
}

Result<void> refuse_conflict_markers(const Source& source, std::string remedy) {
  static constexpr std::array<std::string_view, 4> kMarkers{"<<<<<<<", ">>>>>>>", "|||||||", "======="};
  std::uint32_t line = 1;
  const std::string_view text = source.text;
  for (std::size_t at = 0; at < text.size(); ++line) {
    for (const auto marker : kMarkers) {
      if (text.substr(at, marker.size()) != marker) continue;
      return fail(Error{.code = Code::bad_input,
                        .what = source.name + " has a merge conflict in it (" + std::string(marker) + ")",
                        .place = Place{source.name, line, 1},
                        .chain = {},
                        .hints = {std::move(remedy)}});
    }
    const auto end = text.find('\n', at);
    if (end == std::string_view::npos) break;
    at = end + 1;
  }
  return {};
}

Result<YamlNode> parse_lock_yaml(const Source& source) {
  ENVTOOL_CHECK(
      refuse_conflict_markers(source, "resolve the conflict in env.yaml, then run `env lock` to make " +
                                          source.name + " again: it is not for merging by hand"));
  return LockParser(source).document();
}

}  // namespace envtool::project
