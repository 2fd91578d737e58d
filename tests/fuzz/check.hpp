#pragma once
#include <cstdio>
#include <cstdlib>
#include <string_view>

/// A property that must hold for every input, in release builds too: prints and aborts, which fuzzers record.
inline void require(bool holds, const char* what, std::string_view input) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\ninput: %.*s\n", what, static_cast<int>(input.size()), input.data());
  std::abort();
}
