#include "envtool/project/package_reader.hpp"
#include "envtool/support/text.hpp"

namespace envtool::project {
namespace {

/// Up to a '#' at the start or after a space.
std::string_view without_comment(std::string_view line) {
  for (std::size_t at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1)) {
    if (at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t') return line.substr(0, at);
  }
  return line;
}

/// Hashes are for pip's own check; env.lock has every file's digest anyway.
std::string_view without_hashes(std::string_view line) {
  const auto at = line.find(" --hash");
  return at == std::string_view::npos ? line : line.substr(0, at);
}

}  // namespace

std::vector<Placed> requirement_lines(const Source& file) {
  std::vector<Placed> out;
  std::string joined;
  std::uint32_t number = 0;
  Place place;
  std::string_view text = file.text;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (auto line : split(text, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (joined.empty()) {
      const auto first = line.find_first_not_of(" \t");
      place = {file.name, number,
               static_cast<std::uint32_t>(first == std::string_view::npos ? 1 : first + 1)};
    }
    const bool comment = trim(line).starts_with('#');
    if (!comment && line.ends_with('\\')) {
      joined.append(line.substr(0, line.size() - 1));
      continue;
    }
    joined.append(line);
    const auto requirement = trim(without_hashes(without_comment(joined)));
    if (!requirement.empty()) out.push_back({std::string(requirement), place});
    joined.clear();
  }
  const auto last = trim(without_hashes(without_comment(joined)));
  if (!last.empty()) out.push_back({std::string(last), place});
  return out;
}

}  // namespace envtool::project
