#pragma once
// The one error regime (docs/decisions/errors.md): fallible functions return Result, nothing throws across a
// module.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace envtool {

enum class Code {
  usage,            ///< the command line or a request is wrong
  bad_input,        ///< a file or value a person wrote is wrong
  unsatisfiable,    ///< requirements contradict each other or nothing provides them
  stale_lock,       ///< env.lock does not answer env.yaml and may not be changed
  digest_mismatch,  ///< bytes are not what was pinned; always fatal
  hostile_archive,  ///< an archive tries to leave its place or to exhaust the machine
  not_found,
  network,
  io,
  unsupported,  ///< this machine or this version cannot
  cancelled,
  internal,
};

/// Where something was found wrong. Lines and columns count from 1; 0 means unknown.
struct Place {
  std::string file_or_url;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  bool operator==(const Place&) const = default;
};

/// `what` is one lower-case clause that names the object; `chain` holds one link a stage ("while reading
/// env.yaml"), innermost first; `hints` say what to do.
struct Error {
  Code code = Code::internal;
  std::string what;
  std::optional<Place> place;
  std::vector<std::string> chain;
  std::vector<std::string> hints;
  int sys_errno = 0;

  Error&& in(std::string doing) && {
    chain.push_back(std::move(doing));
    return std::move(*this);
  }
  Error&& hint(std::string advice) && {
    hints.push_back(std::move(advice));
    return std::move(*this);
  }
  Error&& at(Place where) && {
    place = std::move(where);
    return std::move(*this);
  }
};

template <class T>
using Result = tl::expected<T, Error>;
using Failure = tl::unexpected<Error>;

/// Make a failed Result: `return fail(Code::io, "cannot open " + path);`
[[nodiscard]] inline Failure fail(Error error) { return Failure(std::move(error)); }
[[nodiscard]] inline Failure fail(Code code, std::string what) {
  return Failure(Error{.code = code, .what = std::move(what), .place = {}, .chain = {}, .hints = {}});
}
[[nodiscard]] inline Failure fail(Code code, std::string what, std::string hint) {
  return Failure(
      Error{.code = code, .what = std::move(what), .place = {}, .chain = {}, .hints = {std::move(hint)}});
}

/// A failed system call: names the call and the object, keeps errno. `saved_errno` 0 reads errno.
/// EINTR-free; ENOSPC gets the hint about `env gc`.
[[nodiscard]] Failure fail_errno(std::string_view doing, std::string_view object, int saved_errno = 0);

/// What a process exits with: 2 for a person's error, 130 when cancelled, else 1 (design §9).
[[nodiscard]] int exit_code(Code code);
/// "digest_mismatch" and so on, for --json and Python.
[[nodiscard]] std::string_view name(Code code);

}  // namespace envtool

#define ENVTOOL_CONCAT_(a, b) a##b
#define ENVTOOL_CONCAT(a, b) ENVTOOL_CONCAT_(a, b)
/// `ENVTOOL_TRY(auto lock, read_lock(path));` returns early with the error, else binds the value.
#define ENVTOOL_TRY(declaration, expression) \
  ENVTOOL_TRY_(ENVTOOL_CONCAT(try_, __LINE__), declaration, expression)
#define ENVTOOL_TRY_(result, declaration, expression)                \
  auto result = (expression);                                        \
  if (!result) return ::envtool::Failure(std::move(result).error()); \
  declaration = std::move(*result)
/// The same for Result<void>.
#define ENVTOOL_CHECK(expression)                                                                  \
  do {                                                                                             \
    if (auto check_ = (expression); !check_) return ::envtool::Failure(std::move(check_).error()); \
  } while (false)
