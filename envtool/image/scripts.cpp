#include "envtool/image/scripts.hpp"

namespace envtool::image {
namespace {

constexpr std::string_view kMarker = "#!python";

}  // namespace

bool wants_interpreter(std::string_view first_bytes) {
  if (!first_bytes.starts_with(kMarker)) return false;
  std::string_view rest = first_bytes.substr(kMarker.size());
  if (rest.starts_with('w')) rest.remove_prefix(1);
  return rest.empty() || rest[0] == '\n' || rest[0] == '\r' || rest[0] == ' ' || rest[0] == '\t';
}

std::string rewrite_script(std::string_view script, const std::string& interpreter) {
  std::string_view rest = script.substr(kMarker.size());
  if (rest.starts_with('w')) rest.remove_prefix(1);
  // A carriage return would become part of the interpreter's name.
  const std::size_t line = rest.find('\n');
  if (line != std::string_view::npos && line > 0 && rest[line - 1] == '\r')
    return "#!" + interpreter + std::string(rest.substr(0, line - 1)) + std::string(rest.substr(line));
  return "#!" + interpreter + std::string(rest);
}

std::string entry_point_script(const pep::EntryPoint& entry, const std::string& interpreter) {
  const std::string imported = entry.attribute.substr(0, entry.attribute.find('.'));
  return "#!" + interpreter + "\nimport sys\n\nfrom " + entry.module + " import " + imported +
         "\n\nif __name__ == \"__main__\":\n    sys.exit(" + entry.attribute + "())\n";
}

bool is_reserved_script(std::string_view name) {
  return name == "python" || name == "python3" || name.starts_with("python3.") || name == "activate";
}

}  // namespace envtool::image
