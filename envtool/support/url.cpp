#include "envtool/support/url.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

namespace envtool {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool is_scheme(std::string_view text) {
  return !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) != 0 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '+' || c == '-' || c == '.';
         });
}

/// RFC 3986 §5.2.4
std::string remove_dot_segments(std::string_view path) {
  std::vector<std::string_view> out;
  const bool absolute = path.starts_with('/');
  bool folder = false;
  std::size_t start = absolute ? 1 : 0;
  while (start <= path.size()) {
    const auto end = std::min(path.find('/', start), path.size());
    const auto segment = path.substr(start, end - start);
    folder = segment == "." || segment == "..";
    if (segment == ".." && !out.empty()) out.pop_back();
    if (!folder) out.push_back(segment);
    start = end + 1;
  }
  std::string text = absolute ? "/" : "";
  for (std::size_t i = 0; i < out.size(); ++i) text.append(i > 0 ? "/" : "").append(out[i]);
  if (folder && !text.ends_with('/')) text.push_back('/');
  return text;
}

void parse_authority(std::string_view authority, Url& url) {
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    url.userinfo = authority.substr(0, at);
    authority.remove_prefix(at + 1);
  }
  const auto bracket = authority.find(']');
  const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  url.host = lower(authority.substr(0, colon));
  if (colon != std::string_view::npos) url.port = authority.substr(colon + 1);
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  const auto bad = [&](const char* why) {
    return fail(Code::bad_input, "'" + std::string(text.substr(0, 200)) + "' is not a URL: " + why);
  };
  if (text.size() > 8192) return bad("it is longer than 8 KiB");
  if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return c <= 0x20 || c == 0x7f; }))
    return bad("it contains a blank or a control character");
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || !is_scheme(text.substr(0, colon)))
    return bad("it has no scheme such as https://");
  Url url;
  url.scheme = lower(text.substr(0, colon));
  std::string_view rest = text.substr(colon + 1);
  if (const auto hash = rest.find('#'); hash != std::string_view::npos) {
    url.fragment = rest.substr(hash + 1);
    rest = rest.substr(0, hash);
  }
  if (const auto question = rest.find('?'); question != std::string_view::npos) {
    url.query = rest.substr(question + 1);
    rest = rest.substr(0, question);
  }
  if (rest.starts_with("//")) {
    const auto slash = std::min(rest.find('/', 2), rest.size());
    parse_authority(rest.substr(2, slash - 2), url);
    rest = rest.substr(slash);
  }
  url.path = rest;
  return url;
}

Result<Url> Url::resolve(std::string_view reference) const {
  const auto colon = reference.find(':');
  if (colon != std::string_view::npos && is_scheme(reference.substr(0, colon))) return parse(reference);
  if (reference.starts_with("//")) return parse(scheme + ":" + std::string(reference));
  ENVTOOL_TRY(Url relative, parse(scheme + ":" + std::string(reference)));
  Url out = *this;
  out.fragment = relative.fragment;
  if (relative.path.empty()) {
    if (!relative.query.empty()) out.query = relative.query;
    return out;
  }
  out.query = relative.query;
  if (relative.path.starts_with('/')) {
    out.path = remove_dot_segments(relative.path);
  } else {
    const auto slash = path.rfind('/');
    out.path =
        remove_dot_segments((slash == std::string::npos ? "/" : path.substr(0, slash + 1)) + relative.path);
  }
  return out;
}

namespace {
std::string compose(const Url& url, bool userinfo, bool fragment) {
  std::string out = url.scheme + ":";
  if (!url.host.empty() || url.scheme == "file" || url.path.starts_with("//")) {
    out += "//";
    if (userinfo && !url.userinfo.empty()) out += url.userinfo + "@";
    out += url.host;
    if (!url.port.empty()) out += ":" + url.port;
  }
  out += url.path;
  if (!url.query.empty()) out += "?" + url.query;
  if (fragment && !url.fragment.empty()) out += "#" + url.fragment;
  return out;
}
}  // namespace

std::string Url::full() const { return compose(*this, true, true); }
std::string Url::redacted() const { return compose(*this, false, false); }
std::string Url::without_fragment() const { return compose(*this, true, false); }
std::string Url::filename() const {
  return percent_decode(std::string_view(path).substr(path.rfind('/') + 1));
}

std::string percent_decode(std::string_view text) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

std::string percent_encode(std::string_view text, std::string_view keep) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const unsigned char c : text) {
    if (std::isalnum(c) != 0 ||
        std::string_view("-._~").find(static_cast<char>(c)) != std::string_view::npos ||
        keep.find(static_cast<char>(c)) != std::string_view::npos) {
      out.push_back(static_cast<char>(c));
    } else {
      out.push_back('%');
      out.push_back(kHex[c >> 4]);
      out.push_back(kHex[c & 15]);
    }
  }
  return out;
}

}  // namespace envtool
