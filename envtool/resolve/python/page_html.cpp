#include <array>

#include "envtool/resolve/python/page.hpp"
#include "envtool/support/text.hpp"

namespace envtool::resolve::python {
namespace {

/// The five named character references that attributes of index pages use, and numeric ones below 128.
std::string unescape(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, char>, 6> kNames{
      {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&#39;", '\''}, {"&#34;", '"'}}};
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    bool found = false;
    if (text[i] == '&')
      for (const auto& [name, character] : kNames)
        if (text.substr(i).starts_with(name)) {
          out += character;
          i += name.size();
          found = true;
          break;
        }
    if (!found) out += text[i++];
  }
  return out;
}

/// One attribute from the front of `rest`; false at the end of the tag.
bool next_attribute(std::string_view& rest, std::string& name, std::string& value) {
  rest = trim(rest);
  while (rest.starts_with('/')) rest = trim(rest.substr(1));
  if (rest.empty()) return false;
  auto end = rest.find_first_of("= \t\r\n");
  name = to_lower(rest.substr(0, end));
  value.clear();
  rest = end == std::string_view::npos ? std::string_view{} : trim(rest.substr(end));
  if (!rest.starts_with('=')) return true;
  rest = trim(rest.substr(1));
  const bool quoted = rest.starts_with('"') || rest.starts_with('\'');
  const char quote = quoted ? rest[0] : ' ';
  if (quoted) rest.remove_prefix(1);
  end = rest.find(quote);
  value = unescape(rest.substr(0, end));
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return true;
}

void read_metadata_attribute(const std::string& value, File& file) {
  file.has_metadata = value != "false";
  if (value.starts_with("sha256="))
    if (auto digest = Digest::parse(std::string_view(value).substr(7))) file.metadata_sha256 = *digest;
}

/// The attributes of one anchor → a file. False: it links no file.
bool read_anchor(std::string_view attributes, const Url& base, std::deque<std::string>& keep, File& file) {
  std::string name, value, href;
  while (next_attribute(attributes, name, value)) {
    if (name == "href") href = value;
    if (name == "data-requires-python") file.requires_python = keep.emplace_back(value);
    if (name == "data-yanked") {
      file.yanked = true;
      file.yanked_reason = keep.emplace_back(value);
    }
    if (name == "data-core-metadata" || name == "data-dist-info-metadata")
      read_metadata_attribute(value, file);
  }
  auto url = base.resolve(href);
  if (href.empty() || !url) return false;
  if (url->fragment.starts_with("sha256="))
    if (auto digest = Digest::parse(std::string_view(url->fragment).substr(7))) file.sha256 = *digest;
  file.name = keep.emplace_back(url->filename());
  file.url = keep.emplace_back(url->without_fragment());
  file.wheel = file.name.ends_with(".whl");
  return file.wheel || file.name.ends_with(".tar.gz") || file.name.ends_with(".zip");
}

}  // namespace

Result<void> read_html_page(std::string_view body, const Url& base, PageWriter& into, std::string& status,
                            std::deque<std::string>& keep_alive) {
  const std::string low = to_lower(body.substr(0, 4096));
  if (low.find("<html") == std::string::npos && low.find("<!doctype") == std::string::npos &&
      low.find("<a ") == std::string::npos)
    return fail(Code::bad_input, "the index page " + base.redacted() + " is neither JSON nor HTML",
                "check that the index url ends where its list of projects is (…/simple)");
  status.clear();
  bool links = false;
  for (std::size_t at = 0; (at = body.find('<', at)) != std::string_view::npos; ++at) {
    if (to_lower(body.substr(at + 1, 1)) != "a" || at + 2 >= body.size() ||
        std::string_view(" \t\r\n").find(body[at + 2]) == std::string_view::npos)
      continue;
    auto end = body.find('>', at);
    if (end == std::string_view::npos) break;
    links = true;
    File file;
    if (!read_anchor(body.substr(at + 2, end - at - 2), base, keep_alive, file)) continue;
    if (file.wheel && PageWriter::foreign_wheel(file.name)) into.add_foreign(file.name);
    else into.add(file);
  }
  // A project without files is a page without links, but a page to fill in is somebody else's.
  if (!links && (low.find("<form") != std::string::npos || low.find("<input") != std::string::npos))
    return fail(Code::bad_input,
                "the index page " + base.redacted() + " is a form to fill in, not a list of files",
                "the network may want you to log in first: open the address in a browser");
  return {};
}

}  // namespace envtool::resolve::python
