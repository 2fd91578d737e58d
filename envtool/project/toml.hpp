#pragma once
// toml++, set up in one way for every file that includes it: two ways in one program are two layouts of the
// same types, and it crashes on the first pyproject.toml. For .cpp files only.
#define TOML_ENABLE_FORMATTERS 0
#define TOML_HEADER_ONLY 1
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#include <toml++/impl/preprocessor.h>
// toml++ 3.3 states as an assumption what a broken table header does not keep ("[[["): the check that follows
// it must stay in the program, so the assumption goes.
#undef TOML_ASSERT_ASSUME
#define TOML_ASSERT_ASSUME(expression) static_assert(true)
#include <toml++/toml.h>
#pragma GCC diagnostic pop
