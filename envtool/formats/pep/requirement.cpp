#include "envtool/formats/pep/requirement.hpp"

#include <algorithm>

#include "envtool/formats/pep/marker_tree.hpp"
#include "envtool/formats/pep/specifier_text.hpp"
#include "envtool/support/text.hpp"

namespace envtool::pep {
namespace {

bool is_name_letter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The longest name at the cursor; empty when there is none.
std::string_view name_at(const Cursor& cursor) {
  const auto rest = cursor.rest();
  std::size_t end = 0;
  std::size_t good = 0;
  while (end < rest.size() && (is_name_letter(rest[end]) ||
                               (end > 0 && (rest[end] == '-' || rest[end] == '_' || rest[end] == '.')))) {
    ++end;
    if (is_name_letter(rest[end - 1])) good = end;
  }
  return rest.substr(0, good);
}

class Reader {
 public:
  Reader(std::string_view text, bool lenient) : cursor_{text}, lenient_(lenient) {}

  Result<Requirement> read() {
    Requirement out;
    cursor_.skip_blanks();
    const auto name = name_at(cursor_);
    if (name.empty())
      return complain(cursor_.at, "does not begin with the name of a package", advice_for_start());
    out.name = std::string(name);
    out.key = normalize_name(name);
    cursor_.at += name.size();
    cursor_.skip_blanks();
    ENVTOOL_CHECK(read_extras(out));
    cursor_.skip_blanks();
    if (cursor_.take('@')) ENVTOOL_CHECK(read_url(out));
    else ENVTOOL_CHECK(read_specifier_part(out));
    if (cursor_.done()) return out;
    if (!cursor_.take(';')) return unexpected(out);
    ENVTOOL_CHECK(read_marker_part(out));
    return out;
  }

 private:
  Failure complain(std::size_t at, const std::string& what, std::string hint = {}) const {
    auto error = error_at(at, "requirement " + quoted(cursor_.text) + " " + what);
    if (!hint.empty()) error.hints.push_back(std::move(hint));
    return Failure(std::move(error));
  }
  /// An error of a part, told as one of the whole.
  Failure within(Error error) const {
    error.what = "requirement " + quoted(cursor_.text) + ": " + error.what;
    return Failure(std::move(error));
  }

  [[nodiscard]] std::string advice_for_start() const {
    const auto rest = trim(cursor_.text);
    if (rest.empty()) return "write the name of a package, such as numpy";
    if (rest.find("://") != std::string_view::npos) return "write `name @ url`";
    if (rest.front() == '.' || rest.front() == '/')
      return "write `-e " + std::string(rest) + "` for a folder with a project";
    return {};
  }

  Result<void> read_extras(Requirement& out) {
    const auto open = cursor_.at;
    if (!cursor_.take('[')) return {};
    cursor_.skip_blanks();
    while (!name_at(cursor_).empty()) {
      const auto extra = name_at(cursor_);
      cursor_.at += extra.size();
      out.extras.push_back(normalize_name(extra));
      cursor_.skip_blanks();
      if (!cursor_.take(',')) break;
      cursor_.skip_blanks();
      if (name_at(cursor_).empty()) return complain(cursor_.at, "has no extra behind the comma");
    }
    if (!cursor_.take(']')) {
      if (!name_at(cursor_).empty()) return complain(cursor_.at, "needs a comma between its extras");
      return complain(open, "does not close the bracket of its extras", "write name[extra1,extra2]");
    }
    std::sort(out.extras.begin(), out.extras.end());
    out.extras.erase(std::unique(out.extras.begin(), out.extras.end()), out.extras.end());
    return {};
  }

  Result<void> read_url(Requirement& out) {
    cursor_.skip_blanks();
    const auto rest = cursor_.rest();
    const auto url = rest.substr(0, std::min(rest.find_first_of(" \t"), rest.size()));
    if (url.empty()) return complain(cursor_.at, "has no URL behind @");
    out.url = std::string(url);
    cursor_.at += url.size();
    cursor_.skip_blanks();
    return {};
  }

  Result<void> read_specifier_part(Requirement& out) {
    const auto open = cursor_.at;
    const bool parenthesis = cursor_.take('(');
    cursor_.skip_blanks();
    if (lenient_ && read_lenient_part(out, parenthesis)) return {};
    std::vector<Specifier> clauses;
    while (at_operator(cursor_)) {
      auto clause = read_specifier(cursor_);
      if (!clause) return within(std::move(clause).error());
      clauses.push_back(*std::move(clause));
      cursor_.skip_blanks();
      if (!cursor_.take(',')) break;
      cursor_.skip_blanks();
    }
    if (parenthesis && !cursor_.take(')'))
      return complain(open, "does not close the parenthesis of its version",
                      "write " + out.name + ">=1.0 without parentheses");
    cursor_.skip_blanks();
    out.specifier = SpecifierSet::of(std::move(clauses));
    return {};
  }

  /// Everything up to ')' or ';' as one set, known mistakes mended; false leaves the cursor where it was.
  bool read_lenient_part(Requirement& out, bool parenthesis) {
    const auto end = std::min(cursor_.text.find(parenthesis ? ')' : ';', cursor_.at), cursor_.text.size());
    auto set = SpecifierSet::parse_lenient(cursor_.text.substr(cursor_.at, end - cursor_.at));
    if (!set || (parenthesis && end == cursor_.text.size())) return false;
    out.specifier = *std::move(set);
    cursor_.at = end + (parenthesis ? 1 : 0);
    cursor_.skip_blanks();
    return true;
  }

  Result<void> read_marker_part(Requirement& out) {
    auto marker = read_marker(cursor_);
    if (!marker) return within(std::move(marker).error());
    out.marker = *std::move(marker);
    cursor_.skip_blanks();
    if (cursor_.done()) return {};
    return complain(cursor_.at, "has " + quoted(cursor_.rest()) + " behind its marker",
                    "join conditions with 'and' and 'or'");
  }

  /// Something stands where ';' or the end is due: the place where most slips of the pen end up.
  Failure unexpected(const Requirement& out) const {
    const auto rest = cursor_.rest();
    const auto what = "has " + quoted(rest) + " where a version, a marker or the end is due";
    if (rest.starts_with("\xC2\xA0") || rest.starts_with("\xE2\x80"))
      return complain(cursor_.at, what, "there is an unusual space, as web pages have: type a plain one");
    if (out.url) return complain(cursor_.at, what, "a marker behind a URL begins with ' ;'");
    if (!out.specifier.empty()) {
      if (at_operator(cursor_))
        return complain(
            cursor_.at, what,
            "put a comma between versions: " + out.name + out.specifier.str() + "," + std::string(rest));
      return complain(cursor_.at, what, "");
    }
    if (rest.starts_with("://") || cursor_.text.find("://") != std::string_view::npos)
      return complain(cursor_.at, what, "write `name @ url`");
    const bool digit = rest.front() >= '0' && rest.front() <= '9';
    if (!digit && !name_at(cursor_).empty()) return complain(cursor_.at, what, advice_for_words(out.name));
    return complain(cursor_.at, what, advice_for_version(out.name));
  }
  [[nodiscard]] std::string advice_for_words(const std::string& name) const {
    const auto second = std::string(name_at(cursor_));
    if (name == "pip" && second == "install") return "write only the names of packages, one a line";
    return "did you mean " + name + "-" + second + "? Otherwise write one package a line";
  }
  [[nodiscard]] std::string advice_for_version(const std::string& name) const {
    auto hint = advice(cursor_.rest());
    if (const auto at = hint.find("write "); at != std::string::npos) hint.insert(at + 6, name);
    return hint;
  }

  Cursor cursor_;
  bool lenient_;
};

}  // namespace

Result<Requirement> Requirement::parse(std::string_view text) { return Reader(text, false).read(); }

Result<Requirement> Requirement::parse_lenient(std::string_view text) {
  auto strict = parse(text);
  if (strict) return strict;
  auto mended = Reader(trim(text), true).read();
  return mended ? mended : strict;
}

std::string Requirement::str() const {
  auto out = name;
  if (!extras.empty()) out += "[" + join(extras, ",") + "]";
  out += specifier.str();
  if (url) out += " @ " + *url;
  if (marker) out += (url ? " ; " : "; ") + marker->str();
  return out;
}

bool Requirement::operator==(const Requirement& other) const {
  return key == other.key && extras == other.extras && specifier == other.specifier && url == other.url &&
         marker == other.marker;
}

}  // namespace envtool::pep
