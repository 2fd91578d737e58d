#include <algorithm>

#include "envtool/formats/pep/record.hpp"
#include "envtool/support/text.hpp"

namespace envtool::pep {
namespace {

bool is_dotted_identifier(std::string_view text) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
  };
  for (const auto part : split(text, '.')) {
    if (part.empty() || !letter(part.front())) return false;
    if (!std::all_of(part.begin(), part.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); }))
      return false;
  }
  return true;
}

/// It becomes the name of a file in bin/.
bool is_script_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && std::all_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x1F && c != '/' && c != '\\' && c != 0x7F;
  });
}

Failure malformed(std::uint32_t line, std::string why) {
  return Failure(Error{.code = Code::bad_input,
                       .what = "entry_points.txt " + std::move(why),
                       .place = Place{"", line, 0},
                       .chain = {},
                       .hints = {}});
}

Result<EntryPoint> parse_script(std::string_view name, std::string_view value, std::uint32_t line) {
  EntryPoint out;
  out.name = std::string(name);
  if (!is_script_name(name))
    return malformed(line, "names a script '" + out.name + "', which is no file name");
  if (const auto bracket = value.find('['); bracket != std::string_view::npos) {
    auto extras = trim(value.substr(bracket + 1));
    if (!extras.ends_with(']')) return malformed(line, "does not close the bracket of script " + out.name);
    extras.remove_suffix(1);
    for (const auto extra : split(extras, ','))
      if (!trim(extra).empty()) out.extras.emplace_back(trim(extra));
    value = trim(value.substr(0, bracket));
  }
  const auto colon = value.find(':');
  const auto module = trim(value.substr(0, colon));
  const auto attribute = colon == std::string_view::npos ? std::string_view{} : trim(value.substr(colon + 1));
  if (!is_dotted_identifier(module) || !is_dotted_identifier(attribute))
    return malformed(line, "gives script " + out.name + " the target '" + std::string(value.substr(0, 100)) +
                               "', which is not module:function");
  out.module = std::string(module);
  out.attribute = std::string(attribute);
  return out;
}

}  // namespace

Result<EntryPoints> EntryPoints::parse(std::string_view bytes) {
  EntryPoints out;
  std::vector<EntryPoint>* group = nullptr;
  std::uint32_t line_number = 0;
  for (const auto raw : split(bytes, '\n')) {
    ++line_number;
    const auto line = trim(raw);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      const auto name = trim(line.substr(1, line.find(']') - 1));
      group = name == "console_scripts" ? &out.console_scripts
              : name == "gui_scripts"   ? &out.gui_scripts
                                        : nullptr;
      continue;
    }
    if (!group) continue;
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return malformed(line_number, "has a line without '='");
    ENVTOOL_TRY(auto script,
                parse_script(trim(line.substr(0, equals)), trim(line.substr(equals + 1)), line_number));
    const auto same = std::find_if(group->begin(), group->end(),
                                   [&](const auto& other) { return other.name == script.name; });
    if (same == group->end()) group->push_back(std::move(script));
    else if (*same != script) return malformed(line_number, "gives script " + script.name + " two targets");
  }
  return out;
}

}  // namespace envtool::pep
