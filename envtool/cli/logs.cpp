#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <thread>

#include "envtool/cli/arguments/help.hpp"
#include "envtool/cli/command.hpp"
#include "envtool/support/files.hpp"
#include "envtool/support/text.hpp"

namespace envtool::cli {
namespace {

/// The last `lines` lines of a text.
std::string_view tail(std::string_view text, std::size_t lines) {
  std::size_t from = text.ends_with('\n') ? text.size() - 1 : text.size();
  for (; lines > 0 && from != std::string_view::npos && from > 0; --lines) {
    from = text.rfind('\n', from - 1);
    if (from == std::string_view::npos) return text;
  }
  return from == 0 ? text : text.substr(from + 1);
}

/// Print what is appended from `offset` on until the project's container is gone or a signal asks to stop.
Result<int> follow(const std::filesystem::path& file, const std::filesystem::path& project, off_t offset,
                   std::stop_token stop) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return fail_errno("open", file.native());
  std::array<char, 65536> buffer{};
  const auto drain = [&] {
    for (ssize_t n = 0; (n = ::pread(fd.get(), buffer.data(), buffer.size(), offset)) > 0; offset += n) {
      if (auto written = write_all(1, {buffer.data(), static_cast<std::size_t>(n)}, "stdout"); !written)
        return false;
    }
    return true;
  };
  while (!stop.stop_requested() && drain()) {
    ENVTOOL_TRY(const auto running, workflow::ps());
    const bool alive = std::any_of(running.begin(), running.end(),
                                   [&](const auto& session) { return session.project == project; });
    if (!alive) {
      drain();
      return 0;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  return stop.stop_requested() ? 130 : 0;
}

}  // namespace

Result<int> logs_command(Arguments arguments, CommonOptions& common) {
  bool following = false;
  std::optional<std::string> lines;
  Parser parser("logs", common);
  parser.bind("--follow", following).bind("--tail", lines);
  ENVTOOL_CHECK(parser.parse(arguments));
  if (common.help) {
    print(*help_page("logs"));
    return 0;
  }
  ENVTOOL_TRY(const auto project, project_folder(common));
  ENVTOOL_TRY(const auto file, workflow::log_file(project));
  ENVTOOL_TRY(const std::string text, read_file(file));
  std::string_view shown = text;
  if (lines) {
    std::size_t count = 0;
    const auto [end, status] = std::from_chars(lines->data(), lines->data() + lines->size(), count);
    if (status != std::errc{} || end != lines->data() + lines->size())
      return fail(Code::usage, "--tail takes a whole number, not '" + *lines + "'");
    shown = tail(text, count);
  }
  ENVTOOL_CHECK(write_all(1, shown, "stdout"));
  if (!following) return 0;
  Session session(common);
  return follow(file, project, static_cast<off_t>(text.size()), session.events().stop_token());
}

}  // namespace envtool::cli
