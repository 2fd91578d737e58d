#include "envtool/project/package_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "envtool/formats/pep/requirement.hpp"
#include "envtool/project/pyproject.hpp"
#include "envtool/support/files.hpp"
#include "envtool/support/text.hpp"

namespace envtool::project {
namespace {
namespace fs = std::filesystem;

constexpr int kDepthLimit = 10;
constexpr ByteCount kFileLimit = 1_MiB;

Failure refuse(const Placed& written, std::string what, std::string hint) {
  return fail(Error{.code = Code::bad_input,
                    .what = std::move(what),
                    .place = written.place,
                    .chain = {},
                    .hints = {std::move(hint)}});
}

/// "-r x", "--requirement x", "--requirement=x" → the option's short name and its value.
std::pair<std::string_view, std::string_view> split_option(std::string_view text) {
  const auto end = text.find_first_of(" \t=");
  const auto name = text.substr(0, end);
  return {name, end == std::string_view::npos ? std::string_view{} : trim(text.substr(end + 1))};
}

/// What an error of the requirement's own parser says, at its place in the file.
Failure requirement_error(const Placed& written, std::uint32_t text_column, Error inner) {
  const auto column = inner.place ? inner.place->column : 0;
  inner.code = Code::bad_input;
  inner.place = written.place;
  if (column > 1) inner.place->column += column - 1 + text_column;
  const std::string_view text = trim(written.text);
  static constexpr std::string_view kOperators = "<>=!~";
  if (!text.empty() && kOperators.find(text.front()) != std::string_view::npos) {
    inner.hints = {
        "inside [ ] a comma begins a new entry: put quotes around a requirement with several bounds, "
        "for example \"numpy>=1.26,<2\""};
  } else if (text.find(" - ") != std::string_view::npos) {
    inner.hints = {"two items of the list ran together: put the '-' of all items in the same column"};
  } else if (text.ends_with(".whl") || text.find("://") != std::string_view::npos) {
    inner.hints = {
        "write the package's name first, for example `mylib @ git+https://example.org/mylib@v1.2`"};
  }
  if (inner.hints.empty())
    inner.hints = {"write a name and, where it matters, versions, for example `numpy` or `numpy>=1.26`"};
  return fail(std::move(inner));
}

bool leaves_folder(const fs::path& path) {
  const auto normal = path.lexically_normal();
  return path.is_absolute() || (!normal.empty() && *normal.begin() == "..");
}

}  // namespace

Result<void> PackageReader::check_bound(const Placed& written, std::uint32_t text_column,
                                        std::string_view key) {
  auto requirement = pep::Requirement::parse(written.text);
  if (!requirement) return requirement_error(written, text_column, std::move(requirement).error());
  if (requirement->extras.empty() && !requirement->url && !requirement->specifier.empty()) return {};
  return refuse(written, fmt::format("'{}' in {} is not a name with versions", written.text, key),
                fmt::format("write for example `{}: [numpy<2]`; a url or extras belong in packages", key));
}

Result<void> PackageReader::entry(const Placed& written, std::uint32_t text_column) {
  return line(written, text_column, "", Target::packages, 0);
}

Result<void> PackageReader::line(const Placed& written, std::uint32_t text_column, const fs::path& beside,
                                 Target target, int depth) {
  if (trim(written.text).starts_with('-')) return option(written, beside, depth);
  auto requirement = pep::Requirement::parse(written.text);
  if (!requirement) return requirement_error(written, text_column, std::move(requirement).error());
  (target == Target::packages ? out_.packages : out_.constraints).push_back(written);
  return {};
}

Result<void> PackageReader::option(const Placed& written, const fs::path& beside, int depth) {
  const auto [name, value] = split_option(trim(written.text));
  if (name == "-r" || name == "--requirement")
    return include(written, value, beside, Target::packages, depth);
  if (name == "-c" || name == "--constraint")
    return include(written, value, beside, Target::constraints, depth);
  if (name == "-e" || name == "--editable") return editable(written, value);
  if (name == "--require-hashes") return {};
  static constexpr std::array<std::string_view, 6> kIndexOptions{"-i", "--index-url",  "--extra-index-url",
                                                                 "-f", "--find-links", "--no-index"};
  const bool index = std::find(kIndexOptions.begin(), kIndexOptions.end(), name) != kIndexOptions.end();
  return refuse(written, fmt::format("the option {} of pip is not read here", name),
                index ? "name the index under `indexes:` in env.yaml, and remove this line"
                      : "remove it; `-r FILE`, `-c FILE` and `-e PATH` are read");
}

Result<void> PackageReader::include(const Placed& written, std::string_view file, const fs::path& beside,
                                    Target target, int depth) {
  if (file.empty())
    return refuse(written, "no file after -r or -c", "write for example `-r requirements.txt`");
  const auto path = (beside / fs::path(file)).lexically_normal();
  if (fs::path(file).is_absolute())
    return refuse(
        written, fmt::format("'{}' is an absolute path", file),
        "put the file into the project and write its path relative to env.yaml: others have other folders");
  if (depth >= kDepthLimit)
    return refuse(written, "requirements files include one another too deeply",
                  "put their lines into one file");
  if (!included_.emplace(path, target).second) return {};
  auto text = read_file(folder_ / path, kFileLimit);
  if (!text) {
    auto error = std::move(text).error();
    const bool missing = error.code == Code::not_found;
    return refuse(written, missing ? fmt::format("there is no file '{}'", path.native()) : error.what,
                  missing ? fmt::format("`{}` is read relative to the file it is written in", written.text)
                          : "make it readable, or remove this line");
  }
  if (std::find(out_.included.begin(), out_.included.end(), path) == out_.included.end())
    out_.included.push_back(path);
  for (const auto& requirement : requirement_lines({(shown_ / path).native(), std::move(*text)}))
    ENVTOOL_CHECK(line(requirement, 0, path.parent_path(), target, depth + 1));
  return {};
}

Result<void> PackageReader::editable(const Placed& written, std::string_view path) {
  if (path.empty()) return refuse(written, "no path after -e", "write for example `-e .`");
  if (path.find("://") != std::string_view::npos || path.starts_with("git+"))
    return refuse(written, fmt::format("'{}' is not a folder of this project", path),
                  "for a repository write `name @ git+https://…@revision`, without -e");
  if (path.ends_with(']'))
    return refuse(written, fmt::format("extras of '{}' are not read", path),
                  "write `-e` with the folder only, and list what the extra needs under packages");
  if (leaves_folder(path))
    return refuse(written, fmt::format("'{}' is outside the project's folder", path),
                  "only folders beside or below env.yaml are in the container");
  std::error_code ignored;
  if (!fs::is_directory(folder_ / path, ignored))
    return refuse(written, fmt::format("there is no folder '{}'", path),
                  "write the path relative to env.yaml");
  out_.editables.push_back({std::string(path), written.place});
  return editable_metadata(fs::path(path));
}

/// What the folder's pyproject.toml declares is part of what the lock answers. A folder may have none
/// (setup.py).
Result<void> PackageReader::editable_metadata(const fs::path& path) {
  const auto file = (path / "pyproject.toml").lexically_normal();
  auto text = read_file(folder_ / file, kFileLimit);
  if (!text && text.error().code == Code::not_found) {
    out_.editable_metadata.emplace_back();
    return {};
  }
  if (!text) return Failure(std::move(text).error());
  ENVTOOL_TRY(const auto pyproject, read_pyproject({(shown_ / file).native(), std::move(*text)}));
  out_.editable_metadata.push_back(digest(pyproject));
  out_.included.push_back(file);
  return {};
}

}  // namespace envtool::project
