#include <sys/ioctl.h>
#include <unistd.h>

#include "envtool/support/env_vars.hpp"
#include "envtool/support/files.hpp"
#include "envtool/support/text.hpp"
#include "envtool/ui/ui.hpp"

namespace envtool::ui {
namespace {

/// What the locale's variables say, in the order of POSIX; the C library's own tables are not needed for
/// that.
bool locale_is_utf8() {
  for (const char* variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (const auto value = env_vars::get(variable)) {
      const auto lower = to_lower(*value);
      return lower.find("utf-8") != std::string::npos || lower.find("utf8") != std::string::npos;
    }
  }
  return false;
}

}  // namespace

Look look_for_stderr(bool quiet, bool json, bool verbose) {
  Look look;
  const auto term = env_vars::get("TERM").value_or("dumb");
  const bool terminal = ::isatty(STDERR_FILENO) == 1 && term != "dumb";
  look.mode = json ? Mode::json : quiet ? Mode::quiet : terminal ? Mode::live : Mode::plain;
  look.verbose = verbose;
  look.color = terminal && !env_vars::get(env_vars::kNoColor);
  look.unicode = locale_is_utf8();
  return look;
}

Surface stderr_surface() {
  return {[](std::string_view bytes) { (void)write_all(STDERR_FILENO, bytes, "stderr"); },
          [] {
            winsize size{};
            return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0
                       ? static_cast<int>(size.ws_col)
                       : 80;
          },
          [] { return std::chrono::steady_clock::now(); }};
}

}  // namespace envtool::ui
