#include <fmt/format.h>

#include <algorithm>

#include "envtool/cli/arguments/help.hpp"
#include "envtool/cli/command.hpp"

namespace envtool::cli {

Result<int> doctor_command(Arguments arguments, CommonOptions& common) {
  Parser parser("doctor", common);
  ENVTOOL_CHECK(parser.parse(arguments));
  if (common.help) {
    print(*help_page("doctor"));
    return 0;
  }
  const auto findings = workflow::doctor();
  for (const auto& finding : findings) {
    const char* mark = finding.ok ? "ok" : finding.needed ? "missing" : "optional";
    if (common.json) {
      print_line(json_object(
          {{"name", finding.name}, {"state", mark}, {"sentence", finding.sentence}, {"fix", finding.fix}}));
      continue;
    }
    print_line(fmt::format("{:<9} {}: {}", mark, finding.name, finding.sentence));
    if (!finding.fix.empty()) print_line(fmt::format("          fix: {}", finding.fix));
  }
  const bool fine = std::all_of(findings.begin(), findings.end(),
                                [](const auto& finding) { return finding.ok || !finding.needed; });
  return fine ? 0 : 1;
}

}  // namespace envtool::cli
