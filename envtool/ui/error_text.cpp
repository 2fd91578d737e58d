#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "envtool/support/files.hpp"
#include "envtool/support/text.hpp"
#include "envtool/ui/ui.hpp"

namespace envtool::ui {
namespace {

std::string paint(const Look& look, std::string_view code, std::string_view text) {
  return look.color ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

/// Lines as they are, without what could steer the terminal.
std::string harmless(std::string_view text) {
  std::string out(text);
  for (auto& c : out) {
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F) c = ' ';
  }
  return out;
}

std::string indented(std::string_view text, std::string_view indent) {
  std::string out;
  for (const auto line : split(text, '\n')) out += fmt::format("{}{}\n", out.empty() ? "" : indent, line);
  return out;
}

std::string place_text(const Place& place) {
  if (place.line == 0) return place.file_or_url;
  if (place.column == 0) return fmt::format("{}:{}", place.file_or_url, place.line);
  return fmt::format("{}:{}:{}", place.file_or_url, place.line, place.column);
}

/// The line of the file with a caret below the column; nothing where it cannot be shown.
std::string source_lines(const Place& place, const Look& look, std::size_t width) {
  if (place.line == 0 || place.file_or_url.find("://") != std::string::npos) return {};
  const auto text = read_file(place.file_or_url, 1_MiB);
  if (!text) return {};
  const auto lines = split(*text, '\n');
  if (place.line > lines.size()) return {};
  const auto line = lines[place.line - 1];
  const auto number = fmt::format("{:>5}", place.line);
  const std::size_t room = width > 20 ? width - 10 : 10;
  // A long line is shown from a little before the column.
  const std::size_t column = place.column == 0 ? 0 : std::min<std::size_t>(place.column - 1, line.size());
  std::size_t from = column > room * 3 / 4 ? column - room / 2 : 0;
  while (from > 0 && (static_cast<unsigned char>(line[from]) & 0xC0U) == 0x80U) --from;
  auto out =
      fmt::format("{} {} {}\n", number, paint(look, "2", "|"), fit(line.substr(from), room, look.unicode));
  if (place.column == 0) return out;
  const auto before = display_width(fit(line.substr(from, column - from), room, look.unicode));
  return out +
         fmt::format("{:>5} {} {:>{}}{}\n", "", paint(look, "2", "|"), "", before, paint(look, "31;1", "^"));
}

std::string error_json(const Error& error) {
  nlohmann::json object{{"event", "error"},
                        {"code", name(error.code)},
                        {"text", error.what},
                        {"hints", error.hints},
                        {"chain", error.chain}};
  if (error.place)
    object["place"] = {
        {"file", error.place->file_or_url}, {"line", error.place->line}, {"column", error.place->column}};
  if (error.sys_errno != 0) object["errno"] = error.sys_errno;
  return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string render_error(const Error& error, const Look& look, int width) {
  if (look.mode == Mode::json) return error_json(error);
  std::string out = paint(look, "31;1", "error:") + " " + harmless(indented(error.what, "  "));
  if (error.place && !error.place->file_or_url.empty()) {
    out += fmt::format("  {} {}\n", paint(look, "2", "at"), harmless(place_text(*error.place)));
    out += source_lines(*error.place, look, static_cast<std::size_t>(std::max(20, width)));
  }
  if (look.verbose) {
    for (const auto& link : error.chain) out += fmt::format("  {}\n", harmless(link));
    if (error.sys_errno != 0) out += fmt::format("  errno {}\n", error.sys_errno);
  }
  for (const auto& hint : error.hints)
    out += fmt::format("{} {}", paint(look, "36;1", "help:"), harmless(indented(hint, "      ")));
  return out;
}

std::string render_table(const std::vector<std::string>& header,
                         const std::vector<std::vector<std::string>>& rows, bool color) {
  std::vector<std::size_t> widths;
  const auto measure = [&](const std::vector<std::string>& row) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  };
  measure(header);
  for (const auto& row : rows) measure(row);
  const auto line = [&](const std::vector<std::string>& row) {
    std::string out;
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += harmless(row[i]);
      if (i + 1 < row.size()) out.append(widths[i] - display_width(row[i]) + 2, ' ');
    }
    while (out.ends_with(' ')) out.pop_back();
    return out;
  };
  std::string out;
  if (!header.empty()) out += (color ? "\x1b[1m" + line(header) + "\x1b[0m" : line(header)) + "\n";
  for (const auto& row : rows) out += line(row) + "\n";
  return out;
}

}  // namespace envtool::ui
