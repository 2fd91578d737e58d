#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace envtool::cli {

/// What `env help` prints: what it is for, the verbs, where to go on.
std::string overview();
/// The page `envtool/cli/<verb>.md` with its usage and options, or of a file format ("env.yaml", "env.lock");
/// nullopt for an unknown topic.
std::optional<std::string> help_page(std::string_view topic);
/// "usage: env lock [--upgrade] …".
std::string usage_line(std::string_view verb);
/// A verb near to `word`, for "did you mean".
std::optional<std::string> nearest_verb(std::string_view word);

}  // namespace envtool::cli
