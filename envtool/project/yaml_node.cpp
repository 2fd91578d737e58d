// The one place that knows yaml-cpp: its events become YamlNodes, its exceptions Errors.
#include "envtool/project/yaml_node.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <array>
#include <map>
#include <optional>
#include <sstream>

namespace envtool::project {
namespace {

constexpr ByteCount kSizeLimit = 1_MiB;
constexpr std::size_t kNodeLimit = 100'000;

Error refused(const Source& source, std::uint32_t line, std::uint32_t column, std::string what,
              std::string hint) {
  return Error{.code = Code::bad_input,
               .what = std::move(what),
               .place = Place{source.name, line, column},
               .chain = {},
               .hints = {std::move(hint)}};
}

/// Thrown by the builder through yaml-cpp, caught in parse_yaml.
struct Refused {
  Error error;
};

class Builder : public YAML::EventHandler {
 public:
  explicit Builder(const Source& source) : source_(source) {}
  std::optional<YamlNode> root;

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (!root) return;
    // A line further left than the first one ends what that began; to yaml-cpp another document follows.
    if (mark.column + 1 < static_cast<int>(root->column) && !marks_document(mark))
      refuse(mark,
             source_.name + " is not valid YAML: this line is not indented like line " +
                 std::to_string(root->line) + ", which begins in column " + std::to_string(root->column),
             "keys of one mapping begin in the same column: remove the spaces before the first key");
    refuse(mark, source_.name + " holds more than one document",
           "put all keys into one mapping, without a line '---' or '...' between them");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(node(mark, YamlNode::Kind::null), anchor, mark);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    auto copy = anchors_.find(anchor);
    if (copy == anchors_.end())
      refuse(mark, "an alias (*name) inside the value it stands for", "write the value out");
    nodes_ += copy->second.second;
    add(copy->second.first, 0, mark);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(mark, tag);
    auto out = node(mark, YamlNode::Kind::scalar);
    out.text = value;
    out.quoted = tag == "!";
    if (out.quoted) last_quoted_ = mark;
    add(std::move(out), anchor, mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    refuse_tag(mark, tag);
    open_.push_back({node(mark, YamlNode::Kind::sequence), {}, anchor, nodes_});
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    refuse_tag(mark, tag);
    open_.push_back({node(mark, YamlNode::Kind::mapping), {}, anchor, nodes_});
  }
  void OnMapEnd() override { close(); }

  /// The collection that was being read, if any.
  [[nodiscard]] const YamlNode* innermost() const { return open_.empty() ? nullptr : &open_.back().node; }

  /// yaml-cpp reads a quote that is never closed as if it were, up to the end of the file.
  void refuse_open_quote() const {
    if (!last_quoted_) return;
    std::size_t at = offset_of(*last_quoted_);
    const char quote = source_.text[at];
    if (quote != '"' && quote != '\'') return;
    for (++at; at < source_.text.size() && source_.text[at] != quote; ++at) {
      if (quote == '"' && source_.text[at] == '\\') ++at;
    }
    if (at >= source_.text.size())
      refuse(*last_quoted_, std::string("a quote (") + quote + ") is opened here and never closed",
             std::string("put ") + quote + " at the end of the text");
  }

 private:
  [[nodiscard]] std::size_t offset_of(const YAML::Mark& mark) const {
    std::size_t at = source_.text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
    for (int line = 0; line < mark.line; ++line) at = source_.text.find('\n', at) + 1;
    return at + static_cast<std::size_t>(mark.column);
  }
  [[nodiscard]] bool marks_document(const YAML::Mark& mark) const {
    return source_.text.compare(offset_of(mark), 3, "---") == 0;
  }

  struct Open {
    YamlNode node;
    std::optional<YamlNode> key;
    YAML::anchor_t anchor;
    std::size_t nodes_before;
  };

  [[noreturn]] void refuse(const YAML::Mark& mark, std::string what, std::string hint) const {
    throw Refused{refused(source_, static_cast<std::uint32_t>(mark.line + 1),
                          static_cast<std::uint32_t>(mark.column + 1), std::move(what), std::move(hint))};
  }
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (!tag.empty() && tag != "?" && tag != "!")
      refuse(mark, "a YAML tag (!…) in " + source_.name, "write the value without the tag");
  }
  static YamlNode node(const YAML::Mark& mark, YamlNode::Kind kind) {
    YamlNode out;
    out.kind = kind;
    out.line = static_cast<std::uint32_t>(mark.line + 1);
    out.column = static_cast<std::uint32_t>(mark.column + 1);
    return out;
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    YAML::Mark mark;
    mark.line = static_cast<int>(done.node.line) - 1;
    mark.column = static_cast<int>(done.node.column) - 1;
    const auto inside = nodes_ - done.nodes_before;
    add(std::move(done.node), done.anchor, mark, inside);
  }

  /// Put a finished node where it belongs; `inside` counts what it holds.
  void add(YamlNode value, YAML::anchor_t anchor, const YAML::Mark& mark, std::size_t inside = 0) {
    if (++nodes_ > kNodeLimit)
      refuse(mark, source_.name + " has more than " + std::to_string(kNodeLimit) + " values",
             "make it smaller");
    if (anchor != 0) anchors_[anchor] = {value, inside + 1};
    if (open_.empty()) {
      root = std::move(value);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == YamlNode::Kind::sequence) {
      parent.node.items.push_back(std::move(value));
    } else if (!parent.key) {
      check_key(parent.node, value, mark);
      parent.key = std::move(value);
    } else {
      if (value.kind == YamlNode::Kind::null) {  // yaml-cpp gives the place of what comes next
        value.line = parent.key->line;
        value.column = parent.key->column + static_cast<std::uint32_t>(parent.key->text.size()) + 1;
      }
      parent.node.members.push_back({std::move(*parent.key), std::move(value)});
      parent.key.reset();
    }
  }

  void check_key(const YamlNode& mapping, const YamlNode& key, const YAML::Mark& mark) const {
    if (key.kind != YamlNode::Kind::scalar)
      refuse(mark, describe(key) + " where the name of a key is expected", "write `key: value`");
    if (key.text == "<<" && !key.quoted)
      refuse(mark, "merge keys (<<) are not read in " + source_.name, "write the keys out");
    for (const auto& member : mapping.members) {
      if (member.key.text != key.text) continue;
      refuse(mark,
             "the key '" + key.text + "' is there twice, first in line " + std::to_string(member.key.line),
             "put both values under one '" + key.text + ":'");
    }
  }

  const Source& source_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, std::pair<YamlNode, std::size_t>> anchors_;
  std::size_t nodes_ = 0;
  std::optional<YAML::Mark> last_quoted_;
};

/// Length of the UTF-8 sequence at `at`, 0 if it is none (overlong, surrogate, cut short).
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
  if ((first & 0xF0U) == 0xE0U) {
    if ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F)) return 0;
    return tail(1) && tail(2) ? 3 : 0;
  }
  if (first < 0xF0 || first > 0xF4 || (first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F))
    return 0;
  return tail(1) && tail(2) && tail(3) ? 4 : 0;
}

Result<void> refuse_bytes(const Source& source) {
  if (source.text.size() > kSizeLimit.value) {
    return fail(refused(
        source, 0, 0,
        source.name + " is " + render(ByteCount{source.text.size()}) + " large; at most 1 MiB is read",
        "an environment needs a few lines: is this the right file?"));
  }
  std::uint32_t line = 1;
  std::size_t line_start = 0;
  for (std::size_t at = 0; at < source.text.size();) {
    const auto c = static_cast<unsigned char>(source.text[at]);
    const auto length = utf8_length(source.text, at);
    if (length == 0 || (c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7F) {
      return fail(refused(source, line, static_cast<std::uint32_t>(at - line_start + 1),
                          source.name + " is not a text file in UTF-8",
                          "save it as UTF-8 text (in an editor: 'save with encoding'), or take it back from "
                          "version control"));
    }
    at += length;
    if (c == '\n') {
      ++line;
      line_start = at;
    }
  }
  return {};
}

/// The first tab that indents a line. A line of a block scalar has spaces first, so unless `anywhere` only a
/// tab in the first column counts.
std::optional<Error> indenting_tab(const Source& source, bool anywhere) {
  std::uint32_t line = 0;
  std::istringstream lines(source.text);
  for (std::string text; std::getline(lines, text);) {
    ++line;
    const auto first = text.find_first_not_of(" \t\r");
    const auto tab = text.find('\t');
    if (first == std::string::npos || tab >= first || text[first] == '#' || (tab > 0 && !anywhere)) continue;
    return refused(source, line, static_cast<std::uint32_t>(tab + 1),
                   "a tab indents this line of " + source.name,
                   "YAML is indented with spaces: replace the tab by two spaces");
  }
  return std::nullopt;
}

/// yaml-cpp's sentences, as a person needs them who does not write parsers.
struct Sentence {
  std::string_view theirs, what, hint;
};
constexpr std::array kSentences{
    Sentence{"illegal map value", "there is a ':' where none can be",
             "put quotes around a text that has ': ' in it, and give each key a line of its own"},
    Sentence{"end of map not found", "this line is not indented like those around it",
             "keys of one mapping begin in the same column"},
    Sentence{"end of sequence not found", "this line is not indented like those around it",
             "the '-' of all items of a list stand in the same column"},
    Sentence{"illegal block entry", "there is a '-' where no list can begin",
             "begin a list on a line of its own, below its key"},
    Sentence{"end of sequence flow not found", "a '[' is opened here and never closed",
             "put ']' at the end of the list"},
    Sentence{"end of map flow not found", "a '{' is opened here and never closed",
             "put '}' at the end of the mapping"},
    Sentence{"illegal flow end", "there is a ']' or '}' that nothing opened", "remove it, or open it before"},
    Sentence{"unknown token", "a character that cannot begin a text is here", "put quotes around the text"},
    Sentence{"the referenced anchor is not defined", "an alias (*name) without its anchor (&name) is here",
             "put quotes around a text that begins with *"},
};

Error translate(const Source& source, const YAML::Exception& exception, const YamlNode* open) {
  if (auto tab = indenting_tab(source, true)) return *tab;
  const bool known_place = !exception.mark.is_null();
  auto line = known_place ? static_cast<std::uint32_t>(exception.mark.line + 1) : 0;
  auto column = known_place ? static_cast<std::uint32_t>(exception.mark.column + 1) : 0;
  if (open != nullptr && exception.msg.find("flow not found") != std::string::npos) {
    line = open->line;
    column = open->column;
  }
  for (const auto& [theirs, what, hint] : kSentences) {
    if (exception.msg.starts_with(theirs))
      return refused(source, line, column, source.name + " is not valid YAML: " + std::string(what),
                     std::string(hint));
  }
  return refused(
      source, line, column, source.name + " is not valid YAML: " + exception.msg,
      "look at this line and the one before it: is it indented like its neighbours, is there a space "
      "after ':' and '-', is every quote and bracket closed?");
}

}  // namespace

Result<YamlNode> parse_yaml(const Source& source) {
  ENVTOOL_CHECK(refuse_bytes(source));
  ENVTOOL_CHECK(refuse_conflict_markers(
      source, "keep the lines that you want, and remove those that begin with <<<<<<<, ======= and >>>>>>>"));
  if (auto tab = indenting_tab(source, false)) return fail(*tab);
  Builder builder(source);
  try {
    std::istringstream stream(source.text);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    builder.refuse_open_quote();
  } catch (const Refused& refusal) {
    return fail(refusal.error);
  } catch (const YAML::Exception& exception) {
    return fail(translate(source, exception, builder.innermost()));
  }
  return builder.root ? std::move(*builder.root) : YamlNode{};
}

}  // namespace envtool::project
