#include <fmt/format.h>

#include "envtool/project/env_yaml.hpp"
#include "envtool/support/env_vars.hpp"

namespace envtool::project {
namespace {
namespace fs = std::filesystem;

constexpr std::string_view kNameCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";

Failure refuse(const Mount& mount, std::string what, std::string hint) {
  return fail(Error{.code = Code::bad_input,
                    .what = std::move(what),
                    .place = mount.place,
                    .chain = {},
                    .hints = {std::move(hint)}});
}

/// `$NAME` and `${NAME}` by the caller's variables.
Result<std::string> expand_variables(const Mount& mount) {
  const std::string& text = mount.source;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '$') {
      out += text[at++];
      continue;
    }
    const bool braces = at + 1 < text.size() && text[at + 1] == '{';
    const auto begin = at + (braces ? 2 : 1);
    auto end = text.find_first_not_of(kNameCharacters, begin);
    if (end == std::string::npos) end = text.size();
    const auto name = text.substr(begin, end - begin);
    if (name.empty() || (braces && (end == text.size() || text[end] != '}')))
      return refuse(mount, fmt::format("the mount's source '{}' has a $ without a name", text),
                    "write $NAME or ${NAME}");
    const auto value = env_vars::get(name.c_str());
    if (!value)
      return refuse(
          mount, fmt::format("the mount's source '{}' needs the variable {}, which is not set", text, name),
          fmt::format("set it before you start, for example `export {}=/path/to/folder`", name));
    out += *value;
    at = end + (braces ? 1 : 0);
  }
  return out;
}

}  // namespace

Result<fs::path> mount_source(const Mount& mount, const fs::path& folder) {
  if (mount.source.starts_with('~')) {
    if (mount.source.size() > 1 && mount.source[1] != '/')
      return refuse(mount,
                    fmt::format("the mount's source '{}' names another user's home folder", mount.source),
                    "write its whole path");
  }
  // Not ENVTOOL_TRY: GCC 12 at -O3 takes the moved string for one that was never set.
  const auto expanded = expand_variables(mount);
  if (!expanded) return Failure(expanded.error());
  const std::string& text = *expanded;
  if (text == "~") return env_vars::home_dir();
  if (text.starts_with("~/")) return (env_vars::home_dir() / text.substr(2)).lexically_normal();
  return (folder / text).lexically_normal();
}

}  // namespace envtool::project
