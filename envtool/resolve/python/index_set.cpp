#include "envtool/resolve/python/index_set.hpp"

#include <algorithm>

#include "envtool/support/text.hpp"

namespace envtool::resolve::python {
namespace {

Result<Url> folder_url(const std::string& text) {
  ENVTOOL_TRY(Url url, Url::parse(text));
  if (!url.path.ends_with('/')) url.path += '/';
  return url;
}

/// Patterns are normalised as names are, but for '*' and '?'.
std::string normalize_pattern(std::string_view pattern) {
  std::string out;
  for (char character : to_lower(pattern)) {
    if (character == '_' || character == '.') character = '-';
    if (character == '-' && out.ends_with('-')) continue;
    out += character;
  }
  return out;
}

}  // namespace

bool glob_match(std::string_view pattern, std::string_view name) {
  std::size_t p = 0, n = 0, star = std::string_view::npos, resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

Result<IndexSet> IndexSet::of(const std::vector<project::Index>& indexes, const std::string& default_url) {
  IndexSet set;
  for (const project::Index& index : indexes) {
    auto url = folder_url(index.url);
    if (!url) return fail(std::move(url).error().at(index.place).in("while reading the index " + index.name));
    set.indexes_.push_back({index.name, std::move(*url), {}});
    for (const std::string& pattern : index.packages)
      set.indexes_.back().packages.push_back(normalize_pattern(pattern));
  }
  ENVTOOL_TRY(Url url, folder_url(default_url));
  set.indexes_.push_back({"pypi", std::move(url), {}});
  return set;
}

std::vector<const IndexSet::Index*> IndexSet::serving(std::string_view name) const {
  std::vector<const Index*> own, general;
  for (const Index& index : indexes_) {
    if (index.packages.empty()) general.push_back(&index);
    else if (std::any_of(index.packages.begin(), index.packages.end(),
                         [&](const std::string& pattern) { return glob_match(pattern, name); }))
      own.push_back(&index);
  }
  return own.empty() ? general : own;
}

}  // namespace envtool::resolve::python
