#include "envtool/support/result.hpp"

#include <cerrno>
#include <cstring>

namespace envtool {

Failure fail_errno(std::string_view doing, std::string_view object, int saved_errno) {
  const int number = saved_errno != 0 ? saved_errno : errno;
  Error error{.code = Code::io, .what = {}, .place = {}, .chain = {}, .hints = {}, .sys_errno = number};
  error.what.append("cannot ").append(doing);
  if (!object.empty()) error.what.append(" ").append(object);
  error.what.append(": ").append(std::strerror(number));
  if (number == ENOSPC || number == EDQUOT) {
    error.hints.push_back(
        "free some space (`env gc` removes what no project uses) and run the command again; nothing is lost");
  }
  return fail(std::move(error));
}

int exit_code(Code code) {
  switch (code) {
    case Code::usage:
    case Code::bad_input:
    case Code::unsatisfiable:
    case Code::stale_lock:
      return 2;
    case Code::cancelled:
      return 130;
    default:
      return 1;
  }
}

std::string_view name(Code code) {
  switch (code) {
    case Code::usage:
      return "usage";
    case Code::bad_input:
      return "bad_input";
    case Code::unsatisfiable:
      return "unsatisfiable";
    case Code::stale_lock:
      return "stale_lock";
    case Code::digest_mismatch:
      return "digest_mismatch";
    case Code::hostile_archive:
      return "hostile_archive";
    case Code::not_found:
      return "not_found";
    case Code::network:
      return "network";
    case Code::io:
      return "io";
    case Code::unsupported:
      return "unsupported";
    case Code::cancelled:
      return "cancelled";
    case Code::internal:
      return "internal";
  }
  return "internal";
}

}  // namespace envtool
