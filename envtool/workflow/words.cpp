#include <fmt/format.h>

#include <utility>

#include "envtool/workflow/container_spec.hpp"

namespace envtool::workflow {

Result<std::vector<std::string>> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool open = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\'' || c == '"') {
      open = true;
      const std::size_t from = i;
      for (++i; i < text.size() && text[i] != c; ++i) {
        const bool escaped = c == '"' && text[i] == '\\' && i + 1 < text.size() &&
                             std::string_view("\"\\$`").find(text[i + 1]) != std::string_view::npos;
        if (escaped) ++i;
        word.push_back(text[i]);
      }
      if (i >= text.size()) {
        return fail(Code::bad_input,
                    fmt::format("the quote at character {} of `{}` does not end", from + 1, text),
                    fmt::format("close it with {}", c));
      }
    } else if (c == '\\' && i + 1 < text.size()) {
      open = true;
      word.push_back(text[++i]);
    } else if (c == ' ' || c == '\t' || c == '\n') {
      if (open) words.push_back(std::exchange(word, {}));
      open = false;
    } else {
      open = true;
      word.push_back(c);
    }
  }
  if (open) words.push_back(std::move(word));
  return words;
}

}  // namespace envtool::workflow
